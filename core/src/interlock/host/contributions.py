"""What one plugin brings, collected through its hooks and checked."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

import pluggy

from interlock.host.marks import marked
from interlock.sdk import SDK_API, Function, Service, ToolSpec, tools_of
from interlock.sdk.events import EventMark, PollMark, WebhookMark
from interlock.sdk.hooks import PROJECT, Hooks
from interlock.sdk.workflows import workflow_mark


@dataclass(frozen=True, slots=True)
class Contributions:
    """Records and classes; nothing of it has run.

    Attributes:
        services: service types that are imported.
        references: where those are that nobody has asked for yet, as ``module:class``.
    """

    services: Mapping[str, type[Service[Any]]] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    templates: tuple[Traversable, ...] = ()
    workflows: tuple[Callable[..., Awaitable[Any]], ...] = ()

    @property
    def empty(self) -> bool:
        return not (self.service_names or self.functions or self.templates or self.workflows)

    @property
    def service_names(self) -> list[str]:
        return sorted([*self.services, *self.references])

    @property
    def template_names(self) -> list[str]:
        """Of files, and of workflows in Python."""
        marks = filter(None, map(workflow_mark, self.workflows))
        return sorted([*(each.name for each in self.templates), *(mark.name for mark in marks)])

    @property
    def tools(self) -> int | None:
        """How many tools the imported service types have; None if there are none of those."""
        if self.references and not self.services:
            return None
        return sum(len(tools_of(service)) for service in self.services.values())


def check_api(module: ModuleType) -> None:
    """The module's ``interlock_api``, if it states one, is one that we offer.

    Raises:
        ValueError: it is newer, or no number.
    """
    api = getattr(module, "interlock_api", SDK_API)
    if type(api) is not int or api < 1:
        raise ValueError(f"interlock_api must be a whole number from 1 on, not {api!r}")
    if api > SDK_API:
        raise ValueError(f"it is written for SDK API {api}, and this Interlock offers {SDK_API}")


def collect(name: str, module: ModuleType) -> Contributions:
    """Register the plugin by itself and call its hooks.

    Each plugin has a plugin manager of its own: in a shared one, pluggy lets the first error end
    the call for everyone.

    Raises:
        pluggy.PluginValidationError: a hook does not exist or has wrong arguments.
        TypeError: a hook returned something else than its specification says.
        Exception: whatever a hook raises.
    """
    plugins = pluggy.PluginManager(PROJECT)
    plugins.add_hookspecs(Hooks)
    plugins.register(module, name)
    plugins.check_pending()
    hook = plugins.hook
    offered = _named(hook.interlock_services, _is_offered)
    return Contributions(
        services={name: kind for name, kind in offered.items() if not isinstance(kind, str)},
        references={name: kind for name, kind in offered.items() if isinstance(kind, str)},
        functions=_named(hook.interlock_functions, _is_function),
        templates=_templates(hook.interlock_templates),
        workflows=_workflows(hook.interlock_workflows),
    )


def import_services(offered: Contributions, wanted: Collection[str] | None) -> Contributions:
    """Import the service types that are wanted, or all.

    Raises:
        ImportError, TypeError: a reference leads nowhere, or to something else than a service.
        Exception: whatever a module raises when it is imported.
    """
    imported = dict(offered.services)
    for name, reference in offered.references.items():
        if wanted is None or name in wanted:
            imported[name] = _imported(name, reference)
    left = {name: each for name, each in offered.references.items() if name not in imported}
    return replace(offered, services=imported, references=left)


def _imported(name: str, reference: str) -> Any:
    try:
        found = resolve_name(reference)
    except AttributeError as error:
        raise ImportError(f"service type {name!r}: {error}") from error
    _is_service(name, found)
    return found


def _named(hook: Callable[[], list[Any]], check: Callable[[str, Any], None]) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for returned in hook():
        if not isinstance(returned, Mapping):
            raise TypeError(f"{_name(hook)} must return a mapping, not {_kind(returned)}")
        for name, value in returned.items():
            if not isinstance(name, str) or not name:
                raise TypeError(f"{_name(hook)}: a name must be a text, not {name!r}")
            check(name, value)
            merged[name] = value
    return merged


def _templates(hook: Callable[[], list[Any]]) -> tuple[Traversable, ...]:
    templates: list[Traversable] = []
    for returned in hook():
        if not isinstance(returned, Iterable):
            raise TypeError(f"{_name(hook)} must return resources, not {_kind(returned)}")
        for template in returned:
            if not isinstance(template, Traversable):
                raise TypeError(f"{_name(hook)} must return resources, not {_kind(template)}")
            templates.append(template)
    return tuple(templates)


def _workflows(hook: Callable[[], list[Any]]) -> tuple[Callable[..., Awaitable[Any]], ...]:
    functions = [function for returned in hook() for function in returned]
    for function in functions:
        if workflow_mark(function) is None or not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function!r} is no `async def` under @workflow()")
    return tuple(functions)


def _is_offered(name: str, value: Any) -> None:
    if isinstance(value, str):
        if ":" not in value:
            raise TypeError(f"service type {name!r} must be 'module:class', not {value!r}")
        return
    _is_service(name, value)


def _is_service(name: str, value: Any) -> None:
    if not (inspect.isclass(value) and issubclass(value, Service)):
        raise TypeError(f"service type {name!r} must be a subclass of Service, not {_kind(value)}")
    for tool in tools_of(value).values():
        if not inspect.iscoroutinefunction(tool.method):
            raise TypeError(f"tool {name}.{tool.name} must be an async method")
        check_signature(name, tool)
    told = [*marked(value, WebhookMark), *marked(value, PollMark), *marked(value, EventMark)]
    for _, method in told:
        if not inspect.iscoroutinefunction(getattr(value, method)):
            raise TypeError(f"{name}.{method}() must be an async method")


def check_signature(service: str, tool: ToolSpec) -> None:
    """Make the schemas of a tool, so that nobody who lists tools stumbles over a bad one.

    Raises:
        TypeError: an annotation cannot be read, or has no counterpart in JSON.
    """
    try:
        _ = tool.signature.input_schema, tool.signature.output_schema
    except Exception as error:
        reason = str(error).partition("\n")[0]
        raise TypeError(f"the signature of tool {service}.{tool.name}: {reason}") from error


def _is_function(name: str, value: Any) -> None:
    if not isinstance(value, Function) or not callable(value.call):
        raise TypeError(f"function {name!r} must be a Function, not {_kind(value)}")


def _name(hook: Any) -> str:
    return str(getattr(hook, "name", hook))


def _kind(value: Any) -> str:
    return value.__name__ if inspect.isclass(value) else f"a {type(value).__name__}"
