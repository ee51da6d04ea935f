"""An OpenAPI document: its operations, and its references followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_DEEPEST = 20


class Broken(Exception):
    """A part of a description that cannot be used.

    Args:
        pointer: JSON Pointer (RFC 6901) to it.
    """

    def __init__(self, pointer: str, reason: str) -> None:
        super().__init__(f"#{pointer}: {reason}")
        self.pointer = pointer
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OperationObject:
    """One operation of a document, with where it stands.

    Attributes:
        pointer: JSON Pointer to it.
        item: the Path Item Object that it stands in, at ``item_pointer``.
    """

    pointer: str
    method: str
    path: str
    item_pointer: str
    item: Mapping[str, Any]
    operation: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its operation id, or else method and path."""
        return str(self.operation.get("operationId") or self.title)

    @property
    def title(self) -> str:
        return f"{self.method} {self.path}"


class Description:
    """A document of OpenAPI 3.0, 3.1 or 3.2."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        # Since 3.2: its own address, by which it may refer to itself.
        self._own = str(document.get("$self", ""))

    @property
    def old(self) -> bool:
        """Whether its schemas are those of 3.0, which are not quite JSON Schema."""
        return str(self.document["openapi"]).startswith("3.0")

    @property
    def title(self) -> str:
        return str(mapping(self.document, "info", "").get("title", "API"))

    def operations(self) -> Iterator[OperationObject | Broken]:
        """Every operation, in the document's order; a path that cannot be read is told as such."""
        for path, raw in mapping(self.document, "paths", "").items():
            if path.startswith("x-"):
                continue
            pointer = f"/paths/{escaped(path)}"
            try:
                item = self.follow(raw, pointer)
                yield from self._methods(path, item, pointer)
            except Broken as broken:
                yield broken

    def _methods(
        self, path: str, item: Mapping[str, Any], pointer: str
    ) -> Iterator[OperationObject | Broken]:
        own = {method: f"{pointer}/{method}" for method in METHODS if method in item}
        # Since 3.2, for methods that have no word of their own.
        more = mapping(item, "additionalOperations", pointer)
        more_at = f"{pointer}/additionalOperations"
        for operations, places in (
            (item, own),
            (more, {name: f"{more_at}/{escaped(name)}" for name in more}),
        ):
            for method, at in places.items():
                operation = operations[method]
                if isinstance(operation, Mapping):
                    yield OperationObject(at, str(method).upper(), path, pointer, item, operation)
                else:
                    yield Broken(at, "there is no object here")

    def follow(self, value: Any, pointer: str) -> Mapping[str, Any]:
        """A mapping, through any ``$ref``.

        Raises:
            Broken: it leads nowhere, out of the document, or in a circle.
        """
        for _ in range(_DEEPEST):
            if not isinstance(value, Mapping):
                raise Broken(pointer, "there is no object here")
            reference = value.get("$ref")
            if not isinstance(reference, str):
                return value
            value = self.at(reference, pointer)
        raise Broken(pointer, "its references lead in a circle")

    def at(self, reference: str, pointer: str) -> Any:
        """What a reference leads to.

        Raises:
            Broken: it leads nowhere, or out of the document.
        """
        base, fragment = reference.partition("#")[0], fragment_of(reference)
        if base not in ("", self._own) or not fragment.startswith("/"):
            reason = f"{reference!r} leads out of the document; it has to be bundled into one file"
            raise Broken(pointer, reason)
        found: Any = self.document
        for key in parts(fragment):
            if isinstance(found, Mapping) and key in found:
                found = found[key]
            elif isinstance(found, list) and key.isdecimal() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise Broken(pointer, f"{reference!r} leads nowhere")
        return found


def server_of(owner: Mapping[str, Any], pointer: str) -> str:
    """URL of the first of its servers, variables at their defaults; "" if there is none.

    Raises:
        Broken: it cannot be read.
    """
    servers = sequence(owner, "servers", pointer)
    if not servers:
        return ""
    at = f"{pointer}/servers/0"
    first = servers[0]
    if not isinstance(first, Mapping):
        raise Broken(at, "there is no object here")
    url = str(first.get("url", ""))
    for name, variable in mapping(first, "variables", at).items():
        default = variable.get("default", "") if isinstance(variable, Mapping) else ""
        url = url.replace(f"{{{name}}}", str(default))
    if "{" in url:
        raise Broken(f"{at}/url", f"{url!r} has a variable without a default")
    return url


def mapping(owner: Mapping[str, Any], key: str, pointer: str) -> Mapping[str, Any]:
    """The object under a key; empty if there is none.

    Raises:
        Broken: there is something else.
    """
    value = owner.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Broken(f"{pointer}/{key}", "there is no object here")
    return value


def sequence(owner: Mapping[str, Any], key: str, pointer: str) -> Sequence[Any]:
    """The list under a key; empty if there is none.

    Raises:
        Broken: there is something else.
    """
    value = owner.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Broken(f"{pointer}/{key}", "there is no list here")
    return value


def fragment_of(reference: str) -> str:
    """What stands behind the # of a reference: a JSON Pointer, if it is one of ours."""
    return reference.partition("#")[2]


def parts(fragment: str) -> list[str]:
    """The keys in a fragment such as ``/paths/~1a``, which is a JSON Pointer in a URL."""
    return [unquote(part).replace("~1", "/").replace("~0", "~") for part in fragment[1:].split("/")]


def escaped(key: Any) -> str:
    """A key as a part of a JSON Pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")
