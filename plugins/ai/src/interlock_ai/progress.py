"""What a caller hears of an answer while it comes."""

from __future__ import annotations

from interlock.sdk import CallContext

_PIECE = 80  # characters


class AnswerProgress:
    """Tells the pieces of an answer through a call's progress; ``done`` counts characters.

    Pieces end at a line's or word's end: nobody wants to be told of every token.

    Args:
        quoted: tell of the pieces themselves, not only how much there is by now.
    """

    def __init__(self, call: CallContext, *, quoted: bool) -> None:
        self._call = call
        self._quoted = quoted
        self._held = ""
        self._told = 0

    def add(self, text: str) -> None:
        self._held += text
        end = self._held.rfind("\n") + 1
        if not end and len(self._held) >= _PIECE:
            end = self._held.rfind(" ") + 1
        if end:
            self._tell(end)

    def end(self) -> None:
        if self._held:
            self._tell(len(self._held))

    def _tell(self, end: int) -> None:
        piece, self._held = self._held[:end], self._held[end:]
        self._told += len(piece)
        self._call.progress(self._told, None, piece if self._quoted else "")
