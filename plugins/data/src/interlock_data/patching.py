"""JSON Patch (RFC 6902), applied by python-json-patch.

Copies can double a value with each operation, so this is for a worker.
"""

from __future__ import annotations

from typing import Any

import jsonpatch

from interlock.sdk import Conflict, InvalidInput, Rejected


def patched(data: Any, operations: list[Any]) -> Any:
    """The data after all operations; none of them is done when one cannot be.

    Raises:
        InvalidInput: an operation is malformed.
        Conflict: an operation does not fit the data, or its ``test`` fails.
    """
    for number, operation in enumerate(operations):
        data = _after(data, operation, number)
    return data


def _after(data: Any, operation: Any, number: int) -> Any:
    at = f"$.patch[{number}]"
    if not isinstance(operation, dict):
        raise InvalidInput(f"{at}: an operation is an object", path=at)
    try:
        return jsonpatch.apply_patch(data, [operation], in_place=True)
    except jsonpatch.JsonPatchTestFailed:
        path = operation["path"]
        raise Conflict(f"{at}: the data is not what it was tested for, at {path!r}") from None
    except (jsonpatch.JsonPatchConflict, jsonpatch.JsonPointerException) as error:
        raise Conflict(f"{at}: does not fit the data: {error}", operation=number) from None
    except jsonpatch.InvalidJsonPatch as error:
        raise InvalidInput(f"{at}: {error}", path=at) from None
    except (TypeError, KeyError, AttributeError) as error:
        raise Rejected(f"{at}: cannot be applied: {error}") from None
