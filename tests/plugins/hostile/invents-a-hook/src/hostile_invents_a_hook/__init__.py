"""Implements a hook that does not exist."""

from interlock.sdk import hookimpl


@hookimpl
def interlock_servces():
    return {}
