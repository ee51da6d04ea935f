"""What a run has to undo if it fails, and undoing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import inf

from interlock.sdk.errors import InterlockError
from interlock.workflows.errors import StepFailed, Stopped, may_have_run
from interlock.workflows.frame import Frame
from interlock.workflows.paths import is_under, undo_of
from interlock.workflows.template import Body

Perform = Callable[[Body, Frame, str], Awaitable[object]]


@dataclass(slots=True, eq=False)
class Undo:
    """The undoing of one step.

    It is registered before the step begins, because a step that was interrupted may have had
    its effect all the same.

    Attributes:
        position: when the step completed; unknown counts as last, so it is undone first.
    """

    path: str
    body: Body
    frame: Frame
    position: float = inf
    doubtful: bool = False


class Saga:
    """The undo records of one run.

    Args:
        inherited: up to which position steps were done by another run, which they are left to.
    """

    def __init__(self, inherited: int = 0) -> None:
        self._inherited = inherited
        self._undos: dict[str, Undo] = {}
        self.undone: list[str] = []
        self.not_undone: list[str] = []

    def register(self, path: str, body: Body, frame: Frame) -> None:
        """Before the step begins."""
        self._undos[path] = Undo(path, body, frame)

    def completed(self, path: str, position: int) -> None:
        if position <= self._inherited:
            self._undos.pop(path, None)
        elif undo := self._undos.get(path):
            undo.position = position

    def failed(self, path: str, error: InterlockError) -> None:
        """An attempt failed; if it cannot have had an effect there is nothing to undo."""
        undo = self._undos.get(path)
        if undo is not None and may_have_run(error):
            undo.doubtful = True

    def abandoned(self, path: str) -> None:
        """The step did not complete."""
        undo = self._undos.get(path)
        if undo is not None and not undo.doubtful:
            del self._undos[path]

    @property
    def empty(self) -> bool:
        return not self._undos

    async def unwind(
        self,
        perform: Perform,
        tell: Callable[[str, InterlockError | None], None],
        under: str = "",
    ) -> None:
        """Undo, last completed first; what cannot be undone is told and does not stop the rest.

        Args:
            under: path of the step inside of which to undo; default: everything.
        """
        chosen = [undo for undo in self._undos.values() if not under or is_under(undo.path, under)]
        for undo in sorted(chosen, key=lambda undo: undo.position, reverse=True):
            del self._undos[undo.path]
            try:
                await perform(undo.body, undo.frame, undo_of(undo.path))
            except Stopped:
                # The run turns back as a whole, and comes to this one again.
                self._undos[undo.path] = undo
                raise
            except StepFailed as failure:
                self.not_undone.append(undo.path)
                tell(undo.path, failure.error)
            else:
                self.undone.append(undo.path)
                tell(undo.path, None)
