"""JSON Schemas of inputs and outputs: checked once, compiled once, defaults filled in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, Any

from interlock.sdk.errors import InvalidInput
from interlock.sdk.sound_schema import is_sound

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError


class Schema:
    """A JSON Schema (draft 2020-12); ``{}`` allows everything and costs nothing."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = dict(schema)

    @cached_property
    def _validator(self) -> Draft202012Validator:
        # Imported where it is used: the SDK is on the way of every start.
        from jsonschema import Draft202012Validator
        from referencing import Registry

        # With a registry of its own a validator fetches nothing; without one it asks the network.
        registry: Registry[Any] = Registry()
        return Draft202012Validator(self.schema, registry=registry)

    def faults(self, value: Any) -> list[ValidationError]:
        """All that is wrong with ``value``, in the order of its parts."""
        if not self.schema or self._validator.is_valid(value):
            return []
        return sorted(
            self._validator.iter_errors(value), key=lambda error: list(map(str, error.path))
        )

    def check(self, value: Any, subject: str, *, fill: bool = True) -> Any:
        """``value``, which fits.

        Args:
            fill: defaults are filled in.

        Raises:
            InvalidInput: with the JSON path and reason of the first fault, and all in
                ``details["errors"]``.
        """
        if not self.schema:
            return value
        from referencing.exceptions import Unresolvable

        value = with_defaults(self.schema, value) if fill else value
        try:
            faults = self.faults(value)
        except Unresolvable as error:
            message = f"{subject}: the schema refers to {error.ref}, which is not looked up"
            raise InvalidInput(message, path="$") from None
        if not faults:
            return value
        errors = [{"path": fault.json_path, "reason": reason_of(fault)} for fault in faults]
        first, more = errors[0], len(errors) - 1
        raise InvalidInput(
            f"{subject}: {first['path']}: {first['reason']}{f' (and {more} more)' if more else ''}",
            hint=_advice(faults[0]),
            path=first["path"],
            errors=errors,
        )


def schema_faults(schema: Any) -> list[ValidationError]:
    """Why this is no JSON Schema: all that is wrong, in the order of its parts."""
    if is_sound(schema):
        return []
    from jsonschema import Draft202012Validator

    # What a part is not is said by each schema of schemas that it is held to.
    found = {
        tuple(map(str, error.absolute_path)): error
        for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema)
    }
    return [found[path] for path in sorted(found)]


def schema_fault(schema: Any) -> ValidationError | None:
    """What is wrong first with a JSON Schema (draft 2020-12), and where; None if nothing is."""
    return next(iter(schema_faults(schema)), None)


def with_defaults(schema: Any, value: Any) -> Any:
    """``value`` and, where a property is missing, its schema's ``default``, at every depth."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, dict) and isinstance(properties := schema.get("properties"), Mapping):
        filled = dict(value)
        for name, inner in properties.items():
            if name in filled:
                filled[name] = with_defaults(inner, filled[name])
            elif isinstance(inner, Mapping) and "default" in inner:
                filled[name] = inner["default"]
        return filled
    if isinstance(value, list) and isinstance(items := schema.get("items"), Mapping):
        return [with_defaults(items, item) for item in value]
    return value


def reason_of(fault: Any) -> str:
    """One clause, without the whole value that jsonschema likes to quote."""
    message = str(fault.message)
    if fault.validator == "type":
        wanted = fault.validator_value
        names = wanted if isinstance(wanted, str) else " or ".join(wanted)
        return f"expected {names}, not {kind_of(fault.instance)}"
    return message if len(message) < 200 else f"does not fit {fault.validator!r}"


def kind_of(value: Any) -> str:
    """The JSON name of a value's type."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")


def _advice(fault: Any) -> str:
    """What was probably meant, or at least what there is, where a name is missing or unknown."""
    if fault.validator not in ("additionalProperties", "required"):
        return ""
    known: Iterable[str] = fault.schema.get("properties", {})
    for name in fault.instance:
        if name not in known and (found := get_close_matches(name, known, n=1)):
            return f"instead of {name!r}, did you mean {found[0]!r}?"
    return f"there are {', '.join(known)}" if known else ""
