"""PostgreSQL's types as JSON: which of them cross the connection as text, and how that is read."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from interlock_database.postgres_literals import (
    join_array,
    join_hstore,
    join_range,
    join_row,
    split_array,
    split_hstore,
    split_multirange,
    split_range,
    split_row,
)
from interlock_database.values import from_json

_RANGE_SHAPE = {"lower", "upper", "bounds"}
_BOUNDS = ("[)", "[]", "(]", "()")


def _lenient(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """PostgreSQL knows moments that Python does not (infinity, 44 BC); they stay text."""

    def lenient(value: str) -> Any:
        try:
            return read(value)
        except ValueError:
            return value

    return lenient


def _bytes(text: str) -> Any:
    return (
        bytes.fromhex(text[2:]) if text.startswith("\\x") else text
    )  # else: bytea_output = escape


_TEXT = 25
_FIRST_OF_OTHERS = 16384  # types that are not PostgreSQL's own
# By OID, see pg_type.dat: what crosses the connection as text.
TEXTUAL: dict[int, tuple[str, Callable[[str], Any]]] = {
    1082: ("date", _lenient(datetime.date.fromisoformat)),
    1083: ("time", _lenient(datetime.time.fromisoformat)),
    1266: ("timetz", _lenient(datetime.time.fromisoformat)),
    1114: ("timestamp", _lenient(datetime.datetime.fromisoformat)),
    1184: ("timestamptz", _lenient(datetime.datetime.fromisoformat)),
    1186: ("interval", str),
    1700: ("numeric", str),  # a float would be taken for all of its binary digits
    114: ("json", json.loads),
    3802: ("jsonb", json.loads),
    700: ("float4", float),  # as binary, 0.1 is 0.10000000149011612
    1560: ("bit", str),
    1562: ("varbit", str),
    602: ("path", str),
    604: ("polygon", str),
    18: ("char", str),
    27: ("tid", str),
    3220: ("pg_lsn", str),
    2249: ("record", split_row),  # of no type, so its fields have none either
}
_WITHIN: dict[int, Callable[[str], Any]] = {
    **{oid: read for oid, (_, read) in TEXTUAL.items()},
    16: "t".__eq__,
    **dict.fromkeys((20, 21, 23, 26), int),
    701: float,
    17: _bytes,
}


def as_text(value: Any) -> str:
    """An argument, as ``values.from_json`` leaves it; or a value within one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return json.dumps(value, ensure_ascii=False)


class Types:
    """The database's own types that hold values of others, and how they are read and written.

    Args:
        outdated: called with the name of a type that is no longer as it was.
    """

    def __init__(self, outdated: Callable[[str], NoReturn]) -> None:
        self._known: dict[int, Mapping[str, Any]] = {}
        self._outdated = outdated

    def learn(self, found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those among them that asyncpg has to leave to us."""
        new = [info for info in found if info["oid"] not in self._known]
        self._known.update((info["oid"], info) for info in new)
        return [info for info in new if info["kind"] in (b"r", b"m", b"c") or _is_base(info)]

    def reader(self, oid: int) -> Callable[[str], Any]:
        """Makes JSON of PostgreSQL's text, but for what ``values.to_json`` knows."""
        return lambda text: self._read(oid, text)

    def writer(self, oid: int) -> Callable[[Any], str]:
        """Makes PostgreSQL's text of an argument; one that is a text already stays as it is."""
        return lambda value: self._write(oid, value)

    def _read(self, oid: int, text: str | None) -> Any:
        if text is None:
            return None
        if (info := self._known.get(oid)) is None or oid in _WITHIN:
            return _WITHIN.get(oid, str)(text)
        if info["elemdelim"] and text[:1] in ("{", "["):
            return self._each(info["elemtype"], split_array(text, _delimiter(info)), self._read)
        if info["kind"] == b"c":
            return self._object(info, split_row(text))
        if info["kind"] == b"r":
            return self._range(info["range_subtype"], text)
        if info["kind"] == b"m":
            return [self._range(info["range_subtype"], each) for each in split_multirange(text)]
        if info["kind"] == b"d":
            return self._read(info["basetype"], text)
        return split_hstore(text) if _is_hstore(info) else text

    def _object(self, info: Mapping[str, Any], fields: list[str | None]) -> dict[str, Any]:
        if len(fields) != len(info["attrnames"]):
            self._outdated(info["name"])
        parts = zip(info["attrnames"], info["attrtypoids"], fields, strict=True)
        return {name: self._read(oid, field) for name, oid, field in parts}

    def _range(self, oid: int, text: str) -> dict[str, Any]:
        if (found := split_range(text)) is None:
            return {"empty": True}
        lower, upper, bounds = found
        return {"lower": self._read(oid, lower), "upper": self._read(oid, upper), "bounds": bounds}

    def _each(self, oid: int, items: list[Any], do: Callable[[int, Any], Any]) -> list[Any]:
        return [
            self._each(oid, item, do) if isinstance(item, list) else do(oid, item) for item in items
        ]

    def _write(self, oid: int, value: Any) -> str:
        info = self._known.get(oid)
        if info is None or oid in _WITHIN:
            return _plain(value)
        if info["kind"] == b"d":
            return self._write(info["basetype"], value)
        if info["kind"] == b"m":
            return self._ranges(info["range_subtype"], value)
        if info["elemdelim"] and isinstance(value, list):
            return join_array(self._each(info["elemtype"], value, self._part), _delimiter(info))
        value = _parsed(value)
        if info["kind"] == b"c" and isinstance(value, Mapping | list):
            return join_row(self._fields(info, value))
        if info["kind"] == b"r" and not isinstance(value, str):
            return self._ends(info["range_subtype"], value)
        if _is_hstore(info) and isinstance(value, Mapping):
            return join_hstore({name: self._part(_TEXT, each) for name, each in value.items()})
        return _plain(value)

    def _part(self, oid: int, value: Any) -> str | None:
        return None if value is None else self._write(oid, value)

    def _fields(
        self, info: Mapping[str, Any], value: Mapping[str, Any] | list[Any]
    ) -> list[str | None]:
        names = info["attrnames"]
        if isinstance(value, list):
            if len(value) != len(names):
                raise ValueError(f"{info['name']} has {len(names)} fields, not {len(value)}")
            value = dict(zip(names, value, strict=True))
        if unknown := sorted(set(value) - set(names)):
            raise ValueError(f"{info['name']} has no {unknown[0]!r}, but {', '.join(names)}")
        parts = zip(names, info["attrtypoids"], strict=True)
        return [self._part(oid, value.get(name)) for name, oid in parts]

    def _ranges(self, oid: int, value: Any) -> str:
        if isinstance(value, str):
            return value
        if not isinstance(value, list):
            raise ValueError("a multirange is an array of ranges")
        items = (_parsed(each) for each in value)
        written = (each if isinstance(each, str) else self._ends(oid, each) for each in items)
        return f"{{{','.join(written)}}}"

    def _ends(self, oid: int, value: Any) -> str:
        if value == {"empty": True}:
            return "empty"
        if not isinstance(value, Mapping) or not set(value) <= _RANGE_SHAPE:
            raise ValueError('a range has the shape {"lower": …, "upper": …, "bounds": "[)"}')
        if (bounds := value.get("bounds", "[)")) not in _BOUNDS:
            raise ValueError(f"bounds are one of {' '.join(_BOUNDS)}")
        lower, upper = (self._part(oid, value.get(end)) for end in ("lower", "upper"))
        return join_range(lower, upper, bounds)


def _plain(value: Any) -> str:
    """A value that holds no others of PostgreSQL's."""
    if isinstance(value, Mapping) and set(value) <= {"base64", "json"}:
        return as_text(from_json("", value, postgres=True))
    return as_text(value)


def _parsed(value: Any) -> Any:
    """An object, which ``values.from_json`` has made a text of."""
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _is_base(info: Mapping[str, Any]) -> bool:
    """A type of an extension, of which asyncpg takes texts only: ``vector`` wants ``[1, 2]``."""
    return bool(info["kind"] == b"b" and info["oid"] >= _FIRST_OF_OTHERS and not info["elemdelim"])


def _is_hstore(info: Mapping[str, Any]) -> bool:
    return bool(info["name"] == "hstore" and info["kind"] == b"b")


def _delimiter(info: Mapping[str, Any]) -> str:
    return bytes(info["elemdelim"]).decode()
