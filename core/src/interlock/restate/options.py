"""What the engine on Restate is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from interlock.journal import Limits


@dataclass(frozen=True, slots=True)
class RestateOptions:
    """Where the server is, and how this daemon works with it.

    Attributes:
        ingress, admin: URLs of the server.
        host, port: where this daemon listens for it; runs in flight come back there, so it
            must not change.
        reuse_port: several daemons of one machine listen on one port, and share what comes.
        advertise: URL under which the server reaches this daemon and all others that share its
            runs; default: the address listened on.
        blobs: folder of large values, the same for all daemons.
        namespace: begins the names of the services, so that several installations can share a
            server.
        keep: seconds that the server keeps the record of a run that is over.
        suspend_after: seconds after which a run that only waits leaves the daemon's memory.
        offer_again: seconds, at most, before a run is offered again whose daemon died.
        look: seconds between two looks at what became of runs elsewhere.
        patience: seconds to wait at the start for a server that does not answer, or does not
            reach us.
        identity_keys: public keys of the server; without them, whoever reaches the port can
            have runs done.
        queues: those that templates may name, the same on all daemons.
    """

    blobs: Path
    ingress: str = "http://127.0.0.1:8080"
    admin: str = "http://127.0.0.1:9070"
    host: str = "127.0.0.1"
    port: int = 9080
    reuse_port: bool = False
    advertise: str | None = None
    namespace: str = "interlock"
    keep: float = 7 * 86400.0
    suspend_after: float = 60.0
    offer_again: float = 5.0
    look: float = 1.0
    patience: float = 20.0
    identity_keys: tuple[str, ...] = ()
    queues: Mapping[str, Limits] = field(default_factory=dict)
