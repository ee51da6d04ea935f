"""Files that come, change and go, as events. Looking again works on every storage."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from interlock.sdk import Event, NeedsAttention, NotFound, ServiceContext
from interlock_files.paths import parts_of
from interlock_files.settings import Watch
from interlock_files.storage import Storage

Mark = tuple[int, float]
"""Size and time of the last change."""
Seen = Mapping[str, Mark]
Kind = Literal["created", "changed", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
    kind: Kind
    path: str
    mark: Mark


class Watcher:
    """One watch. What it has reported is kept, so that nothing is lost while it does not look."""

    def __init__(self, storage: Storage, context: ServiceContext, rules: Watch) -> None:
        self._storage = storage
        self._context = context
        self._rules = rules
        self._parts = parts_of(rules.path, empty=True)

        self._reports = 0

    async def run(self) -> None:
        """Look until cancelled; raises when the storage does not answer."""
        known = await self._known()
        before = known
        while True:
            now = await self._look()
            known = await self._report(known, before, now)
            before = now
            await self._context.world.sleep(self._rules.every)

    async def _known(self) -> Seen:
        kept = await self._context.state.get(self._rules.name)
        if kept is not None:
            self._reports = kept["reports"]
            return {path: (size, modified) for path, (size, modified) in kept["files"].items()}
        known = {} if self._rules.existing else await self._look()
        await self._keep(known)
        return known

    async def _report(self, known: Seen, before: Seen, now: Seen) -> Seen:
        """Publish what has changed since ``known`` and not since ``before``; what is known then."""
        changes = [change for change in changes_of(known, now) if _settled(change, before, now)]
        if not changes:
            return known
        after = dict(known)
        for change in changes:
            await self._context.emit(self._event(change))
            if change.kind == "deleted":
                del after[change.path]
            else:
                after[change.path] = change.mark
        # Kept after the events are durable: the same events once more would be dropped.
        self._reports += 1
        await self._keep(after)
        return after

    async def _look(self) -> Seen:
        try:
            files = await asyncio.to_thread(
                self._storage.list, self._parts, recursive=self._rules.recursive
            )
        except NotFound:  # the folder has not been made yet, or not again
            return {}
        pattern = self._rules.pattern
        seen = {
            file.path: (file.size, file.modified)
            for file in files
            if fnmatchcase(file.path.rsplit("/", 1)[-1], pattern)
        }
        if len(seen) > self._rules.max_files:
            name = self._rules.path or "the root"
            raise NeedsAttention(
                f"{self._context.name}: {len(seen)} files in {name} are too many to watch",
                hint="watch a smaller folder, or raise max_files",
            )
        return seen

    async def _keep(self, seen: Seen) -> None:
        files = {path: list(mark) for path, mark in seen.items()}
        await self._context.state.put(self._rules.name, {"reports": self._reports, "files": files})

    def _event(self, change: Change) -> Event:
        service, (size, modified) = self._context.name, change.mark
        # A file that is moved away and back comes as it was, but in a later report.
        id = f"{self._rules.name}:{self._reports}:{change.kind}:{change.path}:{size}:{modified!r}"
        return Event(
            name=f"{service}.{change.kind}",
            payload={"path": change.path, "size": size, "modified": modified},
            id=f"{service}:{id}",
            key=change.path,
        )


def changes_of(known: Seen, now: Seen) -> Iterator[Change]:
    """By path; a file that is gone is marked as it was known."""
    for path in sorted(known.keys() | now.keys()):
        if path not in now:
            yield Change("deleted", path, known[path])
        elif path not in known:
            yield Change("created", path, now[path])
        elif known[path] != now[path]:
            yield Change("changed", path, now[path])


def _settled(change: Change, before: Seen, now: Seen) -> bool:
    """Whether two looks saw the same: a file that somebody still writes grows between them."""
    return before.get(change.path) == now.get(change.path)
