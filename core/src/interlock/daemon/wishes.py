"""What a configuration wishes for single tools, checked against the tools that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path as FilePath

from interlock.config import Config, Document, Fault
from interlock.config.faults import Path
from interlock.sdk import FallbackPolicy, NotFound
from interlock.workflows import ToolLookup


def faulty_wishes(
    config: Config, file: FilePath, own: Mapping[str, Collection[str]], look_up: ToolLookup
) -> Iterator[Fault]:
    """Faults of wishes for tools that there are not, and of fallbacks on what there is not.

    Args:
        own: names of the tools of each service whose tools are known.
        look_up: a tool by its full name; raises NotFound.
    """
    document = Document(file.read_text("utf-8"), str(file))
    for service, entry in config.services.items():
        place: Path = ("services", service)
        wishes = {(*place, "policies"): entry.policies}
        for name, wish in entry.tools.items():
            there = own.get(service)
            if there is not None and name not in there:
                yield _unknown_key(document, (*place, "tools", name), service, there)
            wishes[*place, "tools", name, "policies"] = wish.policies
        for policies, wished in wishes.items():
            yield from _fallback(document, policies, wished.fallback, config.services, look_up)


def _unknown_key(document: Document, path: Path, service: str, there: Collection[str]) -> Fault:
    name = str(path[-1])
    nearest = get_close_matches(name, there, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else "see `interlock tools`"
    return document.fault(path, f"{service} has no tool {name!r}", hint=hint, on_key=True)


def _fallback(
    document: Document,
    policies: Path,
    wish: FallbackPolicy | None,
    services: Collection[str],
    look_up: ToolLookup,
) -> Iterator[Fault]:
    if wish is None:
        return
    place: Path = (*policies, "fallback")
    if wish.service is not None and wish.service not in services:
        near = get_close_matches(wish.service, services, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "name one under services"
        message = f"there is no service {wish.service!r} to fall back on"
        yield document.fault((*place, "service"), message, hint=hint)
    if wish.tool is None:
        return
    try:
        look_up(wish.tool)
    except NotFound as error:
        hint = f"did you mean {error.nearest[0]!r}?" if error.nearest else "see `interlock tools`"
        message = f"there is no tool {wish.tool!r} to fall back on"
        yield document.fault((*place, "tool"), message, hint=hint)
