"""Which plugins are installed: entry points of the group ``interlock.plugins``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, EntryPoint, distributions

from interlock.sdk.hooks import ENTRY_POINT_GROUP


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry point that promises a plugin; nothing of it has been imported."""

    name: str
    distribution: str
    version: str
    entry_point: EntryPoint


def installed_plugins() -> list[Candidate]:
    """Every candidate on ``sys.path``, by name, then by distribution.

    Reads files of all distributions, so it belongs in a thread.
    """
    found = [candidate for each in _offering() for candidate in _candidates(each)]
    return sorted(found, key=lambda candidate: (candidate.name, candidate.distribution))


def _offering() -> Iterator[Distribution]:
    """Those with plugins, as Python would import them: of two copies, the first on the path.

    The others' metadata is not read, which would take a tenth of a second for 200 of them.
    """
    seen = set()
    for distribution in distributions():
        if not distribution.entry_points.select(group=ENTRY_POINT_GROUP):
            continue
        # Broken metadata (a half-removed installation) has no name.
        name = distribution.metadata["Name"] if distribution.metadata else None
        normal = re.sub(r"[-_.]+", "-", name or "").lower()
        if normal and normal not in seen:
            seen.add(normal)
            yield distribution


def _candidates(distribution: Distribution) -> Iterator[Candidate]:
    for entry_point in distribution.entry_points.select(group=ENTRY_POINT_GROUP):
        yield Candidate(
            entry_point.name,
            distribution.metadata["Name"],
            distribution.version,
            entry_point,
        )
