"""Following a path through the annotations of pydantic models."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr

from interlock.config.faults import Path
from interlock.config.references import is_reference


def key_names(model: Any, path: Path) -> list[str]:
    """The keys that a mapping at ``path`` may have, if models decide them."""
    return [
        field.alias or name
        for each in _at(model, path)
        if _is_model(each)
        for name, field in each.model_fields.items()
    ]


def secret_paths(model: Any, data: Any) -> Iterator[Path]:
    """Where in ``data`` stands a value that the model takes as a secret."""
    return (path for path in leaves(data) if any(map(_is_secret, _at(model, path))))


def untyped_paths(model: Any, data: Any) -> Iterator[Path]:
    """Where stands a value that the model says nothing about: maybe a secret, its key misspelt."""
    return (path for path in leaves(data) if not _at(model, path))


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all scalars but null; of a reference, that of its default."""
    if is_reference(data):
        data = {key: value for key, value in data.items() if key == "default"}
    if isinstance(data, dict):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from leaves(value, (*path, index))
    elif data is not None:
        yield path


def _at(model: Any, path: Path) -> list[Any]:
    """The types that a value at ``path`` may have; unions give several."""
    found = list(_choices(model))
    for part in path:
        found = [choice for each in found for inner in _inside(each, part) for choice in inner]
    return found


def _inside(annotation: Any, part: str | int) -> Iterable[Iterator[Any]]:
    if _is_model(annotation):
        for name, field in annotation.model_fields.items():
            if part in (name, field.alias):
                yield _choices(field.annotation)
        return
    origin, arguments = get_origin(annotation), get_args(annotation)
    if not isinstance(origin, type) or not arguments:
        return
    if issubclass(origin, Mapping):
        yield _choices(arguments[-1])
    elif issubclass(origin, Sequence | set | frozenset):
        yield _choices(arguments[0])


def _choices(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _choices(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for choice in get_args(annotation):
            yield from _choices(choice)
    else:
        yield annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _is_secret(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, SecretStr | SecretBytes)
