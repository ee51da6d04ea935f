"""JSON Schema: every fault with its place.

jsonschema-rs is asked because its regular expressions take linear time and it fetches nothing
when told so; a schema comes from callers.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs

from interlock.sdk import InvalidInput
from interlock_data.paths import json_path


def check(data: Any, schema: Any, formats: bool, limit: int) -> dict[str, Any]:
    """``{valid, count, errors: [{path, reason, rule}]}``, at most ``limit`` errors of ``count``.

    Raises:
        InvalidInput: the schema is none, or refers to another document.
    """
    errors: list[dict[str, str]] = []
    count = 0
    for error in _validator(schema, formats).iter_errors(data):
        count += 1
        if len(errors) < limit:
            errors.append(
                {
                    "path": json_path(error.instance_path),
                    "reason": error.message,
                    "rule": "/".join(["#", *map(str, error.schema_path)]),
                }
            )
    return {"valid": not count, "count": count, "errors": errors}


def _validator(schema: Any, formats: bool) -> Any:
    try:
        return jsonschema_rs.validator_for(
            schema,
            validate_formats=formats,
            offline=True,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except jsonschema_rs.ValidationError as error:
        at = json_path(["schema", *error.instance_path])
        raise InvalidInput(f"{at}: not a JSON Schema: {error.message}", path=at) from None
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        raise InvalidInput(f"not a JSON Schema: {error}", path="$.schema") from None
