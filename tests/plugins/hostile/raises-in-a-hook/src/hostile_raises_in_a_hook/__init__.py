"""Raises when it is asked for its services."""

from interlock.sdk import hookimpl


@hookimpl
def interlock_services():
    raise LookupError("no services today")
