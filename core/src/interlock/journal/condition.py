"""Whether the file can be written, by what became of the last writes."""

from __future__ import annotations

import logging

from interlock.journal.errors import JournalDamaged, JournalError

_log = logging.getLogger(__name__)


class Condition:
    """Told by the writer's thread, read by whoever is asked whether work can be taken.

    The log has a line when it begins and one when it is over, however much is written meanwhile.
    Damage is over with the process only: that a write beside it succeeds does not mend the file.

    Attributes:
        fault: why the last write failed, if the disk or the file is to blame; else None.
    """

    def __init__(self) -> None:
        self.fault: JournalError | None = None
        self._lost = 0

    def failed(self, error: JournalError) -> None:
        # What has no hint is the fault of what was to be written.
        if not error.hint:
            return
        if self.fault is None:
            what = "not everything" if isinstance(error, JournalDamaged) else "nothing"
            _log.error("%s can be written any more: %s", what, error)
        if not isinstance(self.fault, JournalDamaged):
            self.fault = error

    def in_vain(self, writes: int, error: JournalError) -> None:
        """Nobody is told that these failed, because nobody waits for them."""
        if self.fault is None:
            _log.error("written in vain, and nobody waits for it: %s", error)
        else:
            self._lost += writes

    def wrote(self) -> None:
        if self.fault is not None and not isinstance(self.fault, JournalDamaged):
            _log.warning(
                "the journal can be written again; %d writes that nobody waited for, such as "
                "entries of the audit log, were lost",
                self._lost,
            )
            self.fault, self._lost = None, 0
