"""The root command. Commands stand in a table, so that ``--help`` imports none of them."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click

from interlock import __version__


class _Entry(NamedTuple):
    module: str
    attribute: str
    help: str


_SECTIONS = {
    "Begin": {
        "demo": _Entry("demo", "demo", "See it work on recorded data; needs no keys, no network."),
        "init": _Entry("init", "init", "Write a configuration and a first workflow."),
        "run": _Entry("daemon", "run", "Run the daemon of a configuration file."),
        "config": _Entry("config", "config", "Check, show, describe or reload the configuration."),
        "top": _Entry("top", "top", "Watch everything in the terminal."),
    },
    "Tools and workflows": {
        "tools": _Entry("tools", "tools", "List the tools, or show one."),
        "call": _Entry("tools", "call", "Call a tool."),
        "workflow": _Entry(
            "workflows", "workflow", "List, check, test, draw or compare workflows."
        ),
        "test": _Entry(
            "test", "test", "Run the tests of workflows: time is skipped, tools stubbed."
        ),
        "start": _Entry("runs", "start", "Start a workflow."),
        "runs": _Entry("runs", "runs", "List runs; show, watch, cancel, retry, fork one."),
        "publish": _Entry("events", "publish", "Publish an event."),
        "events": _Entry("events", "events", "List what was published; deliver it again."),
        "schedules": _Entry(
            "schedules", "schedules", "List what the clock starts; pause or fire it."
        ),
        "queues": _Entry("schedules", "queues", "List where runs wait for their turn."),
    },
    "What needs a person": {
        "approvals": _Entry("attention", "approvals", "List what people are asked."),
        "approve": _Entry("attention", "approve", "Answer a question."),
        "dead-letters": _Entry(
            "attention", "dead_letters", "List what could not be handled; replay or discard it."
        ),
        "alerts": _Entry("state", "alerts", "List the alerts, those that fire first."),
    },
    "The system": {
        "services": _Entry(
            "services", "services", "List the services; pause, reset or restart one."
        ),
        "plugins": _Entry(
            "plugins", "plugins", "List the plugins, or why one failed to load; begin one."
        ),
        "actors": _Entry("state", "actors", "Show the tree of actors."),
        "log": _Entry("state", "log", "Show the daemon's log, or follow it."),
        "journal": _Entry("journal", "journal", "Check, copy or recover the journal itself."),
        "audit": _Entry("access", "audit", "List who did what."),
        "token": _Entry("access", "token", "Make or show a bearer token."),
        "mcp": _Entry("mcp", "mcp", "Speak MCP on standard input and output."),
        "completion": _Entry("completion", "completion", "Print completion for your shell."),
    },
}
_COMMANDS = {name: entry for section in _SECTIONS.values() for name, entry in section.items()}


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = _COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"interlock.cli.{entry.module}")
        command: click.Command = getattr(module, entry.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            nearest = get_close_matches(args[0], _COMMANDS, n=1)
            if not nearest:
                raise
            raise click.UsageError(f"{error.message} Did you mean {nearest[0]!r}?", ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=entry.help)
            for name, entry in _COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, entries in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:<12}", entry.help) for name, entry in entries.items()])

    def invoke(self, ctx: click.Context) -> Any:
        # Not needed for --version and --help, which should not wait for it.
        from interlock.cli.exits import reporting_errors

        with reporting_errors():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="interlock")
@click.option(
    "--url", metavar="URL", help="The daemon to talk to; default: the one of this folder."
)
@click.option(
    "--token-file", metavar="FILE", help="Holds the token for --url; or set INTERLOCK_TOKEN."
)
def main(url: str | None, token_file: str | None) -> None:
    """A runtime for integrations: one daemon, one file, every call guarded, every run durable.

    \b
    Start with `interlock demo`. Every listing also prints --json.
    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon, 4 not allowed,
    78 invalid configuration.
    """
