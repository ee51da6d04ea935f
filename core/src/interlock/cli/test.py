"""Testing workflows without their services."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import click

from interlock.cli.exits import FAILED
from interlock.cli.output import json_option, print_json

if TYPE_CHECKING:
    from interlock.testing.runner import CaseResult


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--record", is_flag=True, help="Ask the real services, and keep their answers.")
@click.option(
    "--config",
    "-c",
    default="interlock.yaml",
    show_default=True,
    type=click.Path(path_type=Path),
    help="With --record: the services to ask.",
)
@json_option
def test(paths: tuple[Path, ...], record: bool, config: Path, as_json: bool) -> None:
    """Run the *.test.yaml files at PATHS (default: here) against the templates beside them.

    Tools answer as the files say; time is skipped; steps can be made to crash.
    """
    results = anyio.run(_run, paths or (Path(),), config if record else None)
    if as_json:
        print_json([_shown(result) for result in results])
    else:
        _tell(results)
    if not all(result.passed for result in results):
        raise click.exceptions.Exit(FAILED)


async def _run(paths: Sequence[Path], config: Path | None) -> list[CaseResult]:
    from interlock.testing.runner import Runner, find_suites, installed

    suites, plugins = find_suites(paths), await installed()
    if config is None:
        runner = Runner(plugins)
        return [result for suite in suites for result in await runner.run(suite)]

    from interlock.daemon import open_runtime

    async with open_runtime(config) as runtime:
        runner = Runner(plugins, runtime.call)
        return [result for suite in suites for result in await runner.run(suite)]


def _tell(results: Sequence[CaseResult]) -> None:
    for result in results:
        mark = "passed" if result.passed else "FAILED"
        click.echo(f"{mark}  {result.file}: {result.name} ({result.seconds * 1000:.0f} ms)")
        for fault in result.faults:
            click.echo(f"        {fault}")
    failed = sum(not result.passed for result in results)
    click.echo(f"{len(results)} cases, {failed} failed" if results else "no *.test.yaml here")


def _shown(result: CaseResult) -> dict[str, Any]:
    return {
        "file": result.file,
        "name": result.name,
        "passed": result.passed,
        "faults": result.faults,
        "seconds": result.seconds,
    }
