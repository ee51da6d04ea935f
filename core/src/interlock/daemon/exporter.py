"""Whether spans and metrics can go where the configuration sends them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from interlock.config import Config, Document, config_error

_NEEDED = "opentelemetry.exporter.otlp.proto.http"


def check_exporter(config: Config, path: Path) -> None:
    """Raises ConfigError: the exporter is an extra that is not installed."""
    if config.telemetry.exporter != "otlp" or _is_installed():
        return
    document = Document(path.read_text("utf-8"), str(path))
    fault = document.fault(
        ("telemetry", "exporter"),
        "the exporter to OTLP is not installed",
        hint="pip install 'interlock[otlp]'",
    )
    raise config_error([fault])


def _is_installed() -> bool:
    try:
        return find_spec(_NEEDED) is not None
    except ModuleNotFoundError:  # not even the packages above it
        return False
