"""The root command. Commands stand in a table, so that ``--help`` imports none of them."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import Any, NamedTuple

import click


class _Entry(NamedTuple):
    module: str
    attribute: str
    help: str


_COMMANDS = {
    "demo": _Entry("demo", "demo", "Run both headline workflows on recorded data; needs nothing."),
    "run": _Entry("daemon", "run", "Run the daemon of a configuration file."),
    "call": _Entry("tools", "call", "Call a tool."),
    "tools": _Entry("tools", "tools", "List the tools."),
    "start": _Entry("runs", "start", "Start a workflow."),
    "runs": _Entry("runs", "runs", "List runs, newest first."),
    "run-show": _Entry("runs", "run_show", "Show one run and its steps."),
    "run-watch": _Entry("runs", "run_watch", "Follow a run to its end."),
    "run-cancel": _Entry("control", "run_cancel", "Ask a run to stop; what it did is undone."),
    "run-pause": _Entry("control", "run_pause", "Let a run begin nothing new."),
    "run-resume": _Entry("control", "run_resume", "Let a paused run go on."),
    "run-retry": _Entry("control", "run_retry", "Go on from the step that failed."),
    "run-fork": _Entry("control", "run_fork", "Start a run that takes over another's steps."),
    "run-move": _Entry("control", "run_move", "Let it go on with the workflow as it is now."),
    "runs-each": _Entry("control", "runs_each", "Cancel, pause, resume or retry many runs."),
    "workflows": _Entry("runs", "workflows", "List the workflow templates."),
    "workflow-diff": _Entry("workflows", "workflow_diff", "Show what changed under its runs."),
    "workflow-graph": _Entry("workflows", "workflow_graph", "Draw its steps with Mermaid."),
    "schedules": _Entry("schedules", "schedules", "List what the clock starts."),
    "schedule-pause": _Entry("schedules", "schedule_pause", "Let a schedule start nothing."),
    "schedule-resume": _Entry("schedules", "schedule_resume", "Let it start runs again."),
    "schedule-fire": _Entry("schedules", "schedule_fire", "Start its run now."),
    "queues": _Entry("schedules", "queues", "List where runs wait for their turn."),
    "test": _Entry("test", "test", "Run the tests of workflows, without their services."),
    "publish": _Entry("events", "publish", "Publish an event."),
    "events": _Entry("events", "events", "List what was published."),
    "events-replay": _Entry("events", "events_replay", "Deliver events again."),
    "services": _Entry("state", "services", "List the services and how they do."),
    "alerts": _Entry("state", "alerts", "List the alerts, and which of them fire."),
    "plugins": _Entry("state", "plugins", "List the plugins, or why one failed to load."),
    "approvals": _Entry("attention", "approvals", "List what people are asked."),
    "approve": _Entry("attention", "approve", "Answer what a run asks."),
    "dead-letters": _Entry("attention", "dead_letters", "List what could not be handled."),
    "dead-letter-show": _Entry("attention", "dead_letter_show", "Show one of them."),
    "dead-letter-replay": _Entry("attention", "dead_letter_replay", "Handle it after all."),
    "dead-letter-discard": _Entry("attention", "dead_letter_discard", "Forget it."),
    "token": _Entry("access", "token", "Make a bearer token."),
    "audit": _Entry("access", "audit", "List who did what."),
    "mcp": _Entry("mcp", "mcp", "Speak MCP on standard input and output."),
    "config": _Entry("config", "config", "Check, show or describe the configuration."),
}


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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in _COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        # Not needed for --version and --help, which should not wait for it.
        from interlock.cli.exits import reporting_errors

        with reporting_errors():
            return super().invoke(ctx)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="interlock", prog_name="interlock")
def main() -> None:
    """A runtime for integrations: one daemon, one file, every call guarded, every run durable.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no daemon, 78 invalid configuration.
    """
