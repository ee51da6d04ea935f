"""How a plugin does as a whole: the state of the service that does worst."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from interlock.host.plugin_record import PluginRecord, PluginState
from interlock.host.status import ServiceState, ServiceStatus

# Worst first.
_ORDER = {
    ServiceState.NEEDS_ATTENTION: PluginState.NEEDS_ATTENTION,
    ServiceState.WAITING: PluginState.WAITING,
    ServiceState.STOPPED: PluginState.CONFIGURED,
    ServiceState.STARTING: PluginState.CONFIGURED,
    ServiceState.CHECKING: PluginState.STARTED,
    ServiceState.READY: PluginState.READY,
}


def roll_up(
    record: PluginRecord, services: Iterable[tuple[str, str, ServiceStatus]]
) -> PluginRecord:
    """The record, taken further by the services (type, name, status) of its types."""
    if record.state is not PluginState.REGISTERED:
        return record
    own = [(name, status) for kind, name, status in services if kind in record.services]
    if not own:
        return record
    worst, status = min(own, key=lambda pair: list(_ORDER).index(pair[1].state))
    state = _ORDER[status.state]
    reason = f"service {worst}: {status.reason}" if status.reason else ""
    if status.error is None:
        return replace(record.reached(state), reason=reason)
    return replace(record, state=state, reason=reason, hint=status.error.hint)
