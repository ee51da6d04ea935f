"""The main file and those it includes, as one document that knows which file is at fault."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Any

from interlock.config.document import Document
from interlock.config.faults import Fault, Path
from interlock.config.files import is_glob, matching, read_text


class Sources:
    """Implements ``Located`` and ``Referring`` over several files.

    Included files may only add: sections, keys of sections and items of lists. A key given
    twice is a fault that names both places; nothing overrides anything.

    Attributes:
        data: the merged mapping.
        faults: of reading and merging.
    """

    def __init__(self, main: Document) -> None:
        self._main = main
        self._origins: dict[Path, tuple[Document, Path]] = {}
        self.data: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        self._add(main)
        for document in self._included():
            self._add(document)

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
        """See :meth:`Document.fault`; the path in the fault is that in its own file."""
        document, local = self._locate(path)
        return document.fault(
            local, message, hint=hint, expected=expected, on_key=on_key, offset=offset
        )

    def hide(self, path: Path) -> None:
        document, local = self._locate(path)
        document.hide(local)

    def is_hidden(self, path: Path) -> bool:
        document, local = self._locate(path)
        return document.is_hidden(local)

    def folder_of(self, path: Path) -> FilePath:
        return FilePath(self._locate(path)[0].file).parent

    def _locate(self, path: Path) -> tuple[Document, Path]:
        for length in (2, 1):
            if path[:length] in self._origins:
                document, local = self._origins[path[:length]]
                return document, (*local, *path[length:])
        return self._main, path

    def _included(self) -> list[Document]:
        patterns = self.data.get("include")
        found: dict[FilePath, None] = {}
        for index, pattern in enumerate(patterns if isinstance(patterns, list) else ()):
            if isinstance(pattern, str):
                path = ("include", index)
                found |= dict.fromkeys(matching(self.anchored(path, pattern)))
                self.note_absent(path, pattern)
        found.pop(FilePath(self._main.file), None)
        return [document for path in found if (document := self._read(path))]

    def anchored(self, path: Path, pattern: str) -> str:
        """A pattern that stands at ``path``, from the folder of its file."""
        return str(self.folder_of(path) / pattern)

    def note_absent(self, path: Path, pattern: str) -> None:
        """A file that is not there is a fault; a glob that matches none is worth a warning."""
        if matching(self.anchored(path, pattern)):
            return
        if is_glob(pattern):
            self.warnings.append(self.fault(path, f"no file matches {pattern!r}").as_warning())
        else:
            self.faults.append(self.fault(path, f"there is no file {pattern!r}"))

    def _read(self, path: FilePath) -> Document | None:
        try:
            return Document(read_text(path), str(path))
        except ValueError as error:
            self.faults.append(Fault(str(path), 1, 1, (), f"cannot be read: {error}"))
            return None

    def _add(self, document: Document) -> None:
        self.faults += document.faults
        if document.data is None:
            return
        if not isinstance(document.data, dict):
            self.faults.append(document.fault((), "a file is a mapping of sections"))
            return
        for section, value in document.data.items():
            if section == "include" and document is not self._main:
                message = "only the main file may include others"
                self.faults.append(document.fault((section,), message, on_key=True))
            else:
                self._add_section(document, section, value)

    def _add_section(self, document: Document, section: str, value: Any) -> None:
        if section not in self.data:
            self._origins[(section,)] = (document, (section,))
            self.data[section] = type(value)() if isinstance(value, dict | list) else value
        elif not isinstance(value, dict | list) or type(value) is not type(self.data[section]):
            self._given_twice(document, (section,))
            return
        present = self.data[section]
        if isinstance(present, dict):
            self._add_keys(document, section, present, value)
        elif isinstance(present, list):
            for index, item in enumerate(value):
                self._origins[(section, len(present))] = (document, (section, index))
                present.append(item)

    def _add_keys(
        self, document: Document, section: str, present: dict[str, Any], value: dict[str, Any]
    ) -> None:
        for key, item in value.items():
            if key in present:
                self._given_twice(document, (section, key))
            else:
                self._origins[(section, key)] = (document, (section, key))
                present[key] = item

    def _given_twice(self, document: Document, path: Path) -> None:
        first, local = self._locate(path)
        place = first.key_position_of(local)
        message = f"key {path[-1]!r} is given twice; first at {place}"
        self.faults.append(document.fault(path, message, on_key=True))
