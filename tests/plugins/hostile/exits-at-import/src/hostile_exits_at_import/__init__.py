"""Ends the process that imports it, or would like to."""

import sys

sys.exit(3)
