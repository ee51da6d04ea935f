"""What can go wrong with the record itself."""

from __future__ import annotations

from interlock.sdk import InterlockError


class JournalError(InterlockError):
    """The journal cannot be opened, read or written; nothing was acted upon."""

    code = "journal-error"
