"""pytest collects ``*.test.yaml`` files; each case is a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from interlock.testing.patterns import PATTERN

if TYPE_CHECKING:
    from interlock.testing.cases import Case, Suite


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.match(PATTERN):
        return WorkflowTests.from_parent(parent, path=file_path)
    return None


class WorkflowTests(pytest.File):
    """A test file."""

    def collect(self) -> Iterator[pytest.Item]:
        from interlock.testing.cases import read_suite

        suite = read_suite(self.path)
        for case in suite.cases:
            yield WorkflowTest.from_parent(self, name=case.name, suite=suite, case=case)


class WorkflowTest(pytest.Item):
    """One case."""

    def __init__(self, *, suite: Suite, case: Case, **parts: Any) -> None:
        super().__init__(**parts)
        self._suite = suite
        self._case = case

    def runtest(self) -> None:
        import anyio

        anyio.run(self._run)

    async def _run(self) -> None:
        from interlock.testing.runner import Runner, installed

        runner = Runner(await installed())
        result = await runner.run_case(self._suite, self._case)
        if not result.passed:
            raise Differs("\n".join(result.faults))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, f"{self._suite.workflow}: {self.name}"


class Differs(AssertionError):
    """What came is not what was expected."""
