"""Whom the daemon's address lets in."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from interlock.config import Config, Document, config_error


def check_exposure(config: Config, path: Path) -> None:
    """Raises ConfigError if others can reach the daemon and nobody has a token of his own.

    The token in the state directory is for this machine; it is not to be carried around.
    """
    if is_loopback(config.daemon.host) or config.api.tokens or config.api.oauth is not None:
        return
    document = Document(path.read_text("utf-8"), str(path))
    fault = document.fault(
        ("daemon", "host"),
        f"{config.daemon.host} can be reached by others, and api names nobody who may come in",
        expected="api.tokens or api.oauth, or a loopback address",
        hint="`interlock token new NAME` makes a token",
    )
    raise config_error([fault])


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
