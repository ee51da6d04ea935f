"""One YAML file as plain data, with the place of every key and value.

Other readers of YAML in Interlock (workflow templates) use this as well::

    document = parse(text, "workflows/review.yaml")
    faults = [document.fault(("steps", 0, "cal"), "unknown key 'cal'", on_key=True)]
"""

from __future__ import annotations

from typing import Any

import yaml

from interlock.config.alignment import index_in_source
from interlock.config.faults import Fault, Path, Position, config_error
from interlock.config.nodes import Reading, read_nodes


class Document:
    """Data and positions of one file.

    Attributes:
        file: its name as it is to be shown.
        data: JSON values; of a key given twice, the first value.
        faults: what is wrong with the file as YAML.
    """

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.text = text
        self._lines = text.splitlines()
        self._hidden: set[Path] = set()
        self._reading: Reading = read_nodes(text)
        self.data: Any = self._reading.data
        self.faults: list[Fault] = [
            self.fault_at(self._position(found.mark), found.message, path=found.path)
            for found in self._reading.faults
        ]

    def position_of(self, path: Path) -> Position:
        """Of the value at ``path``; of the nearest value around it if there is none."""
        node = self._nearest(path)
        return self._position(node.start_mark) if node else Position(self.file, 1, 1)

    def key_position_of(self, path: Path) -> Position:
        """Of the key that leads to ``path``; an item of a list has the position of its value."""
        node = self._reading.keys.get(path)
        return self._position(node.start_mark) if node else self.position_of(path)

    def position_in(self, path: Path, offset: int) -> Position:
        """Of the character ``offset`` of the text at ``path``.

        Exact for plain, quoted and block texts; a character that the file writes as an escape
        has the position of its backslash.
        """
        node = self._reading.values.get(path)
        if not isinstance(node, yaml.ScalarNode):
            return self.position_of(path)
        start, end = node.start_mark.index, node.end_mark.index
        index = start + index_in_source(self.text[start:end], node.value, node.style, offset)
        before = self.text[:index]
        column = index - (before.rfind("\n") + 1)
        return Position(self.file, before.count("\n") + 1, column + 1)

    def fault(
        self,
        path: Path,
        message: str,
        *,
        hint: str = "",
        expected: str = "",
        on_key: bool = False,
        offset: int | None = None,
    ) -> Fault:
        """A fault that points to a value, to its key, or to a character of a text."""
        if on_key:
            position, path = self.key_position_of(path), path[:-1]
        elif offset is not None:
            position = self.position_in(path, offset)
        else:
            position = self.position_of(path)
        return self.fault_at(position, message, path=path, hint=hint, expected=expected)

    def fault_at(
        self,
        position: Position,
        message: str,
        *,
        path: Path = (),
        hint: str = "",
        expected: str = "",
    ) -> Fault:
        return Fault(
            position.file,
            position.line,
            position.column,
            path,
            message,
            expected,
            hint,
            self.line(position.line),
        )

    def line(self, number: int) -> str:
        """A line as it may be shown: secrets on it are stars."""
        return self._lines[number - 1].rstrip() if number <= len(self._lines) else ""

    def hide(self, path: Path) -> None:
        """Never show the value at ``path``: it is a secret."""
        node = self._reading.values.get(path)
        if node is None:
            return
        self._hidden.add(path)
        start, end = node.start_mark, node.end_mark
        for number in range(start.line, min(end.line + 1, len(self._lines))):
            line = self._lines[number]
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(line)
            self._lines[number] = line[:first] + "*" * (last - first) + line[last:]

    def is_hidden(self, path: Path) -> bool:
        return path in self._hidden

    def _nearest(self, path: Path) -> yaml.Node | None:
        for length in range(len(path), -1, -1):
            if node := self._reading.values.get(path[:length]):
                return node
        return None

    def _position(self, mark: yaml.Mark) -> Position:
        return Position(self.file, mark.line + 1, mark.column + 1)


def parse(text: str, file: str) -> Document:
    """Read a YAML text.

    Args:
        file: the name to be shown in faults.

    Raises:
        ConfigError: it is not YAML, or gives a key twice, or uses tags; all faults at once.
    """
    document = Document(text, file)
    if document.faults:
        raise config_error(document.faults)
    return document
