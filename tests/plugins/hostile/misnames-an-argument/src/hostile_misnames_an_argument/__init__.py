"""Asks a hook for an argument that it does not have."""

from interlock.sdk import hookimpl


@hookimpl
def interlock_services(runtime):
    return {}
