"""Server-sent events, as the HTML standard has them.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"  # which a stream may begin with


class EventStream:
    """Reads the data of events from bytes, wherever these were cut.

    A line ends with CR, LF or both, and with nothing else: libraries that split a text into lines
    cut at U+2028 and U+0085 as well, which JSON may hold.

    Attributes:
        name: of the event whose data was given last; empty if it has none.
    """

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._data: list[bytes] = []
        self._name = self.name = b""
        self._begun = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The data of each event that is whole with these bytes; its lines joined by LF."""
        if not chunk:
            return
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        self._after_cr = chunk.endswith(b"\r")
        *lines, rest = _END.split(chunk)
        for line in lines:
            whole = b"".join([*self._line, line])
            self._line.clear()
            if (data := self._event(whole)) is not None:
                yield data
        self._line.append(rest)

    def end(self) -> bytes | None:
        """The data of the last event, if the empty line after it was left out."""
        if line := b"".join(self._line):
            self._event(line)
        return self._taken()

    def _event(self, line: bytes) -> bytes | None:
        """What the line ends, if it ends an event."""
        if not self._begun:
            self._begun = True
            line = line.removeprefix(_BOM)
        if not line:
            return self._taken()
        field, _, value = line.partition(b":")
        if field == b"data":
            self._data.append(value.removeprefix(b" "))
        elif field == b"event":
            self._name = value.removeprefix(b" ")
        return None

    def _taken(self) -> bytes | None:
        data = b"\n".join(self._data) if self._data else None
        self.name, self._name = self._name, b""
        self._data.clear()
        return data
