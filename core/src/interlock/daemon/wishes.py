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
    """Faults of wishes for tools that there are not, and of fallbacks on such.

    Args:
        own: names of the tools of each service whose tools are known.
        look_up: a tool by its full name; raises NotFound.
    """
    document = Document(file.read_text("utf-8"), str(file))
    for service, entry in config.services.items():
        place: Path = ("services", service)
        yield from _fallback(document, (*place, "policies"), entry.policies.fallback, look_up)
        for name, wish in entry.tools.items():
            there = own.get(service)
            if there is not None and name not in there:
                yield _unknown_key(document, (*place, "tools", name), service, there)
            policies: Path = (*place, "tools", name, "policies")
            yield from _fallback(document, policies, wish.policies.fallback, look_up)


def _unknown_key(document: Document, path: Path, service: str, there: Collection[str]) -> Fault:
    name = str(path[-1])
    nearest = get_close_matches(name, there, n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else "see `interlock tools`"
    return document.fault(path, f"{service} has no tool {name!r}", hint=hint, on_key=True)


def _fallback(
    document: Document, policies: Path, wish: FallbackPolicy | None, look_up: ToolLookup
) -> Iterator[Fault]:
    if wish is None or wish.tool is None:
        return
    try:
        look_up(wish.tool)
    except NotFound as error:
        hint = f"did you mean {error.nearest[0]!r}?" if error.nearest else "see `interlock tools`"
        message = f"there is no tool {wish.tool!r}"
        yield document.fault((*policies, "fallback", "tool"), message, hint=hint)
