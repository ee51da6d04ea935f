"""What can go wrong with the record itself."""

from __future__ import annotations

from pathlib import Path

from interlock.sdk.errors import InterlockError, NotFound

_HINTS = (
    ("locked", "another process uses this journal; stop it, or give this one its own file"),
    ("malformed", "restore a copy, or save what is left: `interlock journal recover -f FILE NEW`"),
    ("not a database", "the file is no journal; move it away, or name another one"),
    ("full", "free space on the disk; runs go on where they were"),
    ("readonly", "make the file and its folder writable"),
    ("unable to open", "make the folder exist and writable"),
    ("disk I/O", "check the disk; runs go on where they were"),
)


_LISTED_BY = {
    "run": "runs",
    "approval": "approvals",
    "dead letter": "dead-letters",
    "event": "events",
}


def unknown(kind: str, id: str) -> NotFound:
    """The one answer for what there is not, and for what the caller is not to know of."""
    listed = _LISTED_BY[kind]
    return NotFound(f"there is no {kind} {id}", hint=f"`interlock {listed}` lists what there is")


class JournalError(InterlockError):
    """The journal cannot be opened, read or written.

    What was not recorded did not happen: a run stops where its record ends, as at a crash.
    """

    code = "journal-error"


class JournalFull(JournalError):
    """There is no room for what is to be recorded."""

    code = "journal-full"


class JournalDamaged(JournalError):
    """Part of the file cannot be read; what touches it fails, and nothing mends it but a copy."""

    code = "journal-damaged"


def journal_error(error: Exception, path: Path) -> JournalError:
    """The error with what to do about it, as far as SQLite's message tells."""
    message = str(error)
    hint = next((hint for sign, hint in _HINTS if sign in message), "").replace("FILE", str(path))
    kinds = {"full": JournalFull, "malformed": JournalDamaged}
    kind = next((kind for sign, kind in kinds.items() if sign in message), JournalError)
    return kind(f"journal {path}: {message}", hint=hint)
