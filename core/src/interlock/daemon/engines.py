"""Which engine runs the workflows, and whether the configuration can hold on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import anyio

from interlock.config import Config, Document, EngineConfig, Fault, QueueConfig, config_error
from interlock.daemon.exposure import is_loopback
from interlock.journal import Journal, Limits
from interlock.sdk import Conflict, World
from interlock.sdk.hooks import Function
from interlock.telemetry import Telemetry
from interlock.workflows import CallPort, EmbeddedEngine, Engine, EngineOptions
from interlock.workflows.performing import Publisher
from interlock.workflows.run_events import Announce


class MakeEngine(Protocol):
    def __call__(
        self,
        journal: Journal,
        calls: CallPort,
        world: World,
        *,
        publish: Publisher,
        announce: Announce,
        functions: Mapping[str, Function],
        telemetry: Telemetry,
    ) -> Engine: ...


async def engine_of(config: Config, journal: Journal) -> MakeEngine:
    """How to make the engine that the configuration names.

    Raises:
        Conflict: the journal has unfinished runs of the other engine.
    """
    await _keep_apart(config.engine.type, journal)
    if config.engine.type == "restate":
        return await anyio.to_thread.run_sync(_restate, config)
    return partial(EmbeddedEngine, options=EngineOptions(queues=limits_of(config.queues)))


def _restate(config: Config) -> MakeEngine:
    # Its SDK costs 20 MB and half a second, which few daemons need.
    from interlock.restate import RestateEngine, RestateOptions

    engine = config.engine
    options = RestateOptions(
        blobs=Path(engine.blobs or Path(config.daemon.state_dir) / "blobs"),
        ingress=engine.ingress,
        admin=engine.admin,
        host=engine.host,
        port=engine.port,
        reuse_port=engine.reuse_port,
        advertise=engine.advertise,
        namespace=engine.namespace,
        keep=engine.keep,
        suspend_after=engine.suspend_after,
        offer_again=engine.offer_again,
        look=engine.look,
        patience=engine.patience,
        identity_keys=engine.identity_keys,
        queues=limits_of(config.queues),
    )
    return partial(RestateEngine, options=options)


def limits_of(queues: Mapping[str, QueueConfig]) -> dict[str, Limits]:
    return {
        name: Limits(queue.concurrency, queue.per_key, queue.rate) for name, queue in queues.items()
    }


async def _keep_apart(engine: str, journal: Journal) -> None:
    """A journal's runs are those of one engine: a copy must never be run as if it were the run."""
    kept = journal.key_value("daemon:engine")
    other = await kept.get("type") or "embedded"
    if other == engine:
        return
    if open_runs := sum((await journal.runs.counts()).values()):
        raise Conflict(
            f"the journal has {open_runs} unfinished runs of the {other} engine, "
            f"and the configuration names the {engine} engine",
            hint="let them end first, or give this daemon another daemon.state_dir",
        )
    await kept.put("type", engine)


def check_engine(config: Config, path: Path) -> None:
    """Raises ConfigError: all that cannot hold on the engine that the configuration names."""
    if config.engine.type == "embedded":
        return
    document = Document(path.read_text("utf-8"), str(path))
    faults = list(_restate_faults(document, config.engine))
    if faults:
        raise config_error(faults)


def _restate_faults(document: Document, engine: EngineConfig) -> Iterator[Fault]:
    if find_spec("restate") is None or find_spec("hypercorn") is None:
        yield document.fault(
            ("engine", "type"),
            "the engine on Restate is not installed",
            hint="pip install 'interlock[restate]'",
        )
    if not is_loopback(engine.host) and not engine.identity_keys:
        yield document.fault(
            ("engine", "host"),
            f"{engine.host} can be reached by others, who could have any run done",
            expected="engine.identity_keys, or a loopback address",
            hint="worker.invoker.request-identity-private-key-pem-file makes restate-server sign",
        )
    if engine.host in ("0.0.0.0", "::") and engine.advertise is None:  # noqa: S104 - only compared
        yield document.fault(
            ("engine", "host"),
            f"{engine.host} is no address under which Restate could reach this daemon",
            expected="engine.advertise as well: the load balancer before the daemons",
        )
