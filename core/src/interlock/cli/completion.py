"""Completion for shells, names of tools, workflows, runs and services included."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any

import click

_PATIENCE = 1.0  # seconds; nobody waits longer for a tab
_SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """Print what makes SHELL complete commands, options and names.

    \b
    bash:  eval "$(interlock completion bash)"  in ~/.bashrc
    zsh:   eval "$(interlock completion zsh)"  in ~/.zshrc
    fish:  interlock completion fish > ~/.config/fish/completions/interlock.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None, shell  # noqa: S101 - the choice knows no other
    root = click.get_current_context().find_root().command
    click.echo(kind(root, {}, "interlock", "_INTERLOCK_COMPLETE").source())


def named(
    path: str, key: str = "name"
) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completes the names that a listing of the daemon has; none if it does not answer."""

    def complete(context: click.Context, parameter: click.Parameter, beginning: str) -> list[str]:
        from interlock.cli.client import Client, find_daemon
        from interlock.sdk.errors import InterlockError

        try:
            with closing(Client(find_daemon(), patience=_PATIENCE)) as client:
                items: list[dict[str, Any]] = client.get(path)["items"]
        except (InterlockError, OSError):
            return []
        return [item[key] for item in items if str(item[key]).startswith(beginning)]

    return complete


run_argument = click.argument("run", shell_complete=named("runs?brief=true", "id"))
workflow_argument = click.argument("workflow", shell_complete=named("workflows"))
service_argument = click.argument("service", shell_complete=named("services"))
tool_argument = click.argument("tool", shell_complete=named("tools"))
