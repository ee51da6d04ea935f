"""Runs test files: each case on a stage of its own, against the templates beside the file."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import anyio
import orjson

from interlock.config import Document
from interlock.host import Plugins, load_plugins
from interlock.sdk import Facts, InterlockError, RealWorld, tools_of
from interlock.testing.cases import Case, Suite, read_suite
from interlock.testing.patterns import PATTERN
from interlock.testing.stage import Stage
from interlock.testing.stubs import RealCall, Recording, Stubs
from interlock.testing.verdict import differences
from interlock.testing.world import VirtualWorld
from interlock.workflows import Template, code_templates, load_templates


@dataclass(frozen=True)
class CaseResult:
    """How a case came out; ``faults`` is empty if it passed."""

    file: str
    name: str
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.faults


class Runner:
    """Runs cases with the functions and the facts of the installed plugins.

    Args:
        real: calls real tools, whose answers are recorded; None to use what was recorded.
    """

    def __init__(self, plugins: Plugins, real: RealCall | None = None) -> None:
        self._plugins = plugins
        self._real = real
        self._recordings: dict[Path, Recording] = {}

    async def run(self, suite: Suite) -> list[CaseResult]:
        """Every case of a file.

        Raises:
            ConfigError: a template beside it has faults.
        """
        templates = templates_beside(suite.path, self._plugins)
        return [await self._case(suite, case, templates) for case in suite.cases]

    async def run_case(self, suite: Suite, case: Case) -> CaseResult:
        """One case of a file; raises as :meth:`run`."""
        return await self._case(suite, case, templates_beside(suite.path, self._plugins))

    async def _case(self, suite: Suite, case: Case, templates: Sequence[Template]) -> CaseResult:
        began = perf_counter()
        world = VirtualWorld()
        recording = self._recording(suite, case)
        crashes = set(case.crashes)
        stubs = Stubs(case.tools, recording, self._facts, world, crashes)
        if mistakes := stubs.mistakes():
            return CaseResult(str(suite.path), case.name, mistakes)
        with tempfile.TemporaryDirectory() as folder:
            functions = self._plugins.functions
            stage = Stage(case, templates, functions, stubs, world, Path(folder))
            try:
                played = await stage.play(suite.workflow)
            except InterlockError as error:
                faults = [str(error)]
            else:
                # What a run does after it got no answer says nothing about the workflow.
                faults = stubs.unanswered or differences(case.expect, played, stubs.calls)
                faults += [
                    f"no call was made at {place!r}, to crash in" for place in sorted(crashes)
                ]
        if self._real is not None and case.recorded is not None:
            await _save(suite.path.parent / case.recorded, recording.answers)
        return CaseResult(str(suite.path), case.name, faults, perf_counter() - began)

    def _recording(self, suite: Suite, case: Case) -> Recording:
        if case.recorded is None:
            return Recording({})
        file = suite.path.parent / case.recorded
        if self._real is not None:
            # Cases that name one file add to it; what it held before is asked anew.
            return self._recordings.setdefault(file, Recording({}, self._real))
        return Recording(orjson.loads(file.read_bytes()) if file.exists() else {})

    def _facts(self, tool: str) -> Facts | None:
        """What a plugin says of a tool of a service that bears its type's name."""
        service, _, name = tool.partition(".")
        kind = self._plugins.service_types.get(service)
        spec = tools_of(kind).get(name) if kind else None
        return spec.facts if spec else None


def find_suites(paths: Sequence[Path]) -> list[Suite]:
    """The test files at these paths, those in folders included.

    Raises:
        ConfigError: one has faults.
    """
    files: list[Path] = []
    for path in paths:
        files += sorted(path.rglob(PATTERN)) if path.is_dir() else [path]
    return [read_suite(file) for file in files]


def templates_beside(file: Path, plugins: Plugins) -> list[Template]:
    """All templates of a file's folder, and those that plugins bring; tools are believed."""
    documents = [
        Document(each.read_text("utf-8"), str(each))
        for each in sorted(file.parent.glob("*.yaml"))
        if not each.match(PATTERN)
    ]
    code = code_templates(sorted(file.parent.glob("*.py")), plugins.workflows)
    return load_templates(documents, None, plugins.functions, code)


async def installed() -> Plugins:
    """The plugins of this environment."""
    return await load_plugins(RealWorld())


async def _save(file: Path, answers: Mapping[str, Any]) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS
    await anyio.Path(file).write_bytes(orjson.dumps(answers, option=options))
