"""What may be done twice, and what may be given up: as the tools state their effects."""

from __future__ import annotations

from interlock.sdk.errors import InterlockError
from interlock.sdk.facts import Facts
from interlock.workflows.operations import Call, Operation
from interlock.workflows.tools import CallPort


class Effects:
    """What the facts of tools say of operations; a tool that is gone promises nothing."""

    def __init__(self, calls: CallPort) -> None:
        self._calls = calls

    def repeatable(self, operation: Operation) -> bool:
        """Whether doing it twice with one key is the same as doing it once."""
        if not isinstance(operation, Call):
            return True
        facts = self._facts(operation)
        return facts is not None and (facts.idempotent or facts.effect == "read")

    def only_reads(self, operation: Operation) -> bool:
        """Whether it is a call that changes nothing, so that nobody misses its outcome."""
        facts = self._facts(operation) if isinstance(operation, Call) else None
        return facts is not None and facts.effect == "read"

    def _facts(self, call: Call) -> Facts | None:
        try:
            return self._calls.facts(call.tool)
        except InterlockError:
            return None
