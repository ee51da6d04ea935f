"""Files of Python that the configuration names among its workflows."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from interlock.config.faults import Fault, config_error
from interlock.expr.errors import did_you_mean
from interlock.sdk.errors import InvalidInput
from interlock.sdk.workflows import workflow_mark
from interlock.workflows.code.templates import Function, template_of
from interlock.workflows.code.unawaited import unawaited
from interlock.workflows.template import Template


def code_templates(
    files: Iterable[Path],
    functions: Iterable[Function] = (),
    *,
    queues: Collection[str] | None = None,
) -> list[Template]:
    """The workflows of files of Python, and of functions that plugins bring.

    Args:
        queues: names that they may wait in; None to believe every one.

    Raises:
        ConfigError: a file cannot be read, or has no workflow; all such faults.
    """
    templates = [template_of(function) for function in functions]
    faults: list[Fault] = []
    for file in files:
        try:
            found = list(_marked(_module(file)))
        except Exception as error:  # noqa: BLE001 - whatever the file does when it is imported
            faults.append(_fault(file, error))
            continue
        if not found:
            hint = "mark a coroutine function with @workflow()"
            message = "there is no workflow in this file"
            faults.append(Fault(str(file), 1, 1, (), message, hint=hint))
        for function in found:
            try:
                templates.append(_checked(template_of(function), queues))
            except (TypeError, NameError, InvalidInput) as error:
                line = function.__code__.co_firstlineno
                faults.append(Fault(str(file), line, 1, (), str(error)))
                continue
            for line, column, step in unawaited(function):
                message = f"nobody awaits this {step}, so it would never happen"
                faults.append(Fault(str(file), line, column, (), message, expected="await"))
    if faults:
        raise config_error(faults)
    return templates


def templates_in(module: ModuleType) -> Iterator[Template]:
    """The workflows that a module defines, in its order."""
    return map(template_of, _marked(module))


def _marked(module: ModuleType) -> Iterator[Any]:
    for member in vars(module).values():
        if workflow_mark(member) is not None and member.__module__ == module.__name__:
            yield member


def _checked(template: Template, queues: Collection[str] | None) -> Template:
    place = template.queue
    if place is not None and queues is not None and place.queue not in queues:
        message = (
            f"workflow {template.name}: there is no queue {place.queue!r} in the configuration"
        )
        raise InvalidInput(message, hint=did_you_mean(place.queue, queues))
    return template


def _module(file: Path) -> ModuleType:
    name = f"interlock_workflow_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file.absolute())
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no file of Python")
    module = importlib.util.module_from_spec(spec)
    # Annotations are looked up in the module that a function says it is from.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _fault(file: Path, error: Exception) -> Fault:
    line, trace = getattr(error, "lineno", None) or 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file.absolute()):
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == str(file.absolute()):
        return Fault(str(file), line, error.offset or 1, (), f"not Python: {error.msg}")
    return Fault(str(file), line, 1, (), f"{type(error).__name__}: {error}")
