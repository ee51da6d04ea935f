"""The log: lines on standard error, and the latest of them in memory, none with a secret."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

import orjson

from interlock.config import Config, Secrets
from interlock.config.secrets import STARS
from interlock.sdk.context import running_call
from interlock.telemetry import LogBook, current_trace

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LOOKS_SECRET = re.compile(
    r"(?i)\b(bearer|basic) +[\w.~+/=-]{8,}"
    r"|([?&](?:\w*token|\w*key|secret|signature|password)=)[^&\s'\"]+"
)
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# These repeat, at info, what spans and counters already say.
_CHATTY = ("httpx", "httpx2", "httpcore", "aiohttp", "uvicorn", "mcp")


class Shape:
    """A record as ``{at, level, logger, message, ...}``: with the run and the trace that it was
    written for, with what ``extra`` carried, and with stars for secrets."""

    def __init__(self, secrets: Secrets | None = None) -> None:
        self.secrets = secrets or Secrets()

    def __call__(self, record: logging.LogRecord) -> dict[str, Any]:
        line: dict[str, Any] = {
            "at": record.created,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._clean(record.getMessage()),
            **_context(),
        }
        for key, value in vars(record).items():
            if key not in _STANDARD:
                line[key] = self._clean(value) if isinstance(value, str) else value
        if record.exc_info:
            line["exception"] = self._clean("".join(traceback.format_exception(*record.exc_info)))
        return line

    def _clean(self, text: str) -> str:
        text = self.secrets.hidden(text)
        return _LOOKS_SECRET.sub(lambda found: f"{found[1] or ''}{found[2] or ''}{STARS}", text)


def _context() -> dict[str, str]:
    """The run, its step and the trace for which this code works."""
    found: dict[str, str | None] = {"trace": current_trace()}
    call = running_call.get(None)
    if call is not None:
        found |= {"run": call.run_id, "step": call.step, "tool": call.tool}
    return {key: value for key, value in found.items() if value}


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._shape = shape

    def format(self, record: logging.LogRecord) -> str:
        line = self._shape(record)
        moment = datetime.fromtimestamp(line.pop("at"), UTC)
        shown = {"time": moment.isoformat(timespec="milliseconds"), **line}
        return orjson.dumps(shown, default=str).decode()


class TextLines(logging.Formatter):
    """``12:30:01 WARNING interlock.runtime.alerts: what happened (run 01M8…)``."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self._shape = shape

    def format(self, record: logging.LogRecord) -> str:
        line = self._shape(record)
        moment = datetime.fromtimestamp(line["at"]).astimezone()
        about = f" (run {line['run']})" if "run" in line else ""
        text = f"{moment:%H:%M:%S} {line['level'].upper():<7} {line['logger']}: {line['message']}"
        whole = filter(None, [text + about, line.get("exception", "").rstrip()])
        return _set_in("\n".join(whole))


def _set_in(text: str) -> str:
    """One entry: what others say makes no line of its own, and moves no terminal."""
    shown = _OBEYED.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return shown.replace("\n", "\n    ")


class Logs:
    """The whole process's log.

    Attributes:
        book: its last lines.
    """

    def __init__(self) -> None:
        self._shape = Shape()
        self.book = LogBook(self._shape)
        self._shown = logging.StreamHandler(sys.stderr)
        self._write("auto")
        root = logging.getLogger()
        root.handlers = [self._shown, self.book]
        root.setLevel(logging.WARNING)
        for chatty in _CHATTY:
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def use(self, config: Config) -> None:
        """Write as this configuration wishes, and none of its secrets."""
        self._shape.secrets = Secrets(config)
        self._write(config.daemon.log_format)
        logging.getLogger().setLevel(config.daemon.log_level.upper())

    def _write(self, form: str) -> None:
        text = form == "text" or (form == "auto" and sys.stderr.isatty())
        self._shown.setFormatter(TextLines(self._shape) if text else JsonLines(self._shape))
