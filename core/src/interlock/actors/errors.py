"""Errors that only actors raise; the others are in ``interlock.sdk``."""

from interlock.sdk import Refusal


class CallCycle(Refusal):
    """An ask would come back to an actor that waits for it; ``chain`` names the actors."""

    code = "call-cycle"

    @property
    def chain(self) -> list[str]:
        return list(self.details.get("chain", ()))
