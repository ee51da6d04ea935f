"""Files that come, change and go become events, once each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from interlock.daemon.compose import open_runtime
from interlock.sdk import Event, NeedsAttention
from interlock_files.folder import Folder
from interlock_files.service import FilesSettings
from interlock_files.settings import Watch
from interlock_files.storage import Listed
from interlock_files.watching import Watcher


class Looks:
    """A storage that shows one listing after the other, and then ends the watch."""

    def __init__(self, looks: Sequence[dict[str, float]]) -> None:
        self._looks: Iterator[dict[str, float]] = iter(looks)

    def list(self, parts: Any, *, recursive: bool) -> list[Listed]:
        look = next(self._looks, None)
        if look is None:
            raise EOFError
        return [Listed(path, 1, modified) for path, modified in look.items()]


class Context:
    """What a watcher needs of a service's context; drops events whose id it knows."""

    name = "files"

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.kept: dict[str, Any] = {}
        self.state = SimpleNamespace(get=self._get, put=self._put)
        self.world = SimpleNamespace(sleep=self._sleep)
        self.forgetful = False

    async def emit(self, event: Event) -> bool:
        new = event.id not in self.events
        self.events.setdefault(event.id, event)
        return new

    async def _get(self, key: str) -> Any:
        return self.kept.get(key)

    async def _put(self, key: str, value: Any) -> None:
        if self.forgetful:
            raise ConnectionResetError
        self.kept[key] = value

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)

    @property
    def heard(self) -> list[str]:
        return [f"{event.name} {event.payload['path']}" for event in self.events.values()]


async def watch(context: Context, looks: Sequence[dict[str, float]], **rules: Any) -> None:
    storage: Any = Looks(looks)
    where: Any = context
    with pytest.raises((EOFError, ConnectionResetError)):
        await Watcher(storage, where, Watch(**rules)).run()


async def test_a_change_is_reported_when_two_looks_agree() -> None:
    context = Context()
    looks = [{"old": 1.0}, {"old": 1.0, "new": 2.0}, {"old": 1.0, "new": 3.0}]
    await watch(context, looks)
    assert context.heard == []
    context = Context()
    await watch(context, [*looks, looks[-1]])
    assert context.heard == ["files.created new"]
    [event] = context.events.values()
    assert event.payload == {"path": "new", "size": 1, "modified": 3.0} and event.key == "new"


async def test_changed_and_deleted() -> None:
    context = Context()
    await watch(context, [{"a": 1.0, "b": 1.0}, {"a": 2.0}, {"a": 2.0}, {"a": 2.0}])
    assert context.heard == ["files.changed a", "files.deleted b"]


async def test_what_happens_between_two_runs_is_reported_and_nothing_twice() -> None:
    context = Context()
    await watch(context, [{"a": 1.0}])
    await watch(context, [{"b": 1.0}] * 2)
    assert context.heard == ["files.deleted a", "files.created b"]
    await watch(context, [{"b": 1.0}] * 3)
    assert len(context.events) == 2


async def test_events_that_were_published_before_a_crash_are_the_same_afterwards() -> None:
    context = Context()
    await watch(context, [{}, {}])
    context.forgetful = True
    await watch(context, [{"a": 1.0}] * 2)
    context.forgetful = False
    await watch(context, [{"a": 1.0}] * 3)
    assert context.heard == ["files.created a"]


async def test_a_file_moved_away_and_back_has_come_again() -> None:
    context = Context()
    await watch(context, [{}, *[{"a": 1.0}] * 2, *[{}] * 2, *[{"a": 1.0}] * 2])
    assert context.heard == ["files.created a", "files.deleted a", "files.created a"]


async def test_files_of_the_first_look_count_if_asked_for_and_names_must_match() -> None:
    context = Context()
    looks = [{"in/a.csv": 1.0, "in/b.tmp": 1.0}] * 3
    await watch(context, looks, existing=True, pattern="*.csv")
    assert context.heard == ["files.created in/a.csv"]


async def test_too_many_files_need_attention() -> None:
    storage: Any = Looks([{"a": 1.0, "b": 1.0}])
    where: Any = Context()
    with pytest.raises(NeedsAttention, match="2 files in the root are too many"):
        await Watcher(storage, where, Watch(max_files=1)).run()


async def test_a_folder_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    where: Any = Context()
    watcher = Watcher(Folder(tmp_path, 10), where, Watch(path="later"))
    assert await watcher._look() == {}


def test_a_watch_outside_of_the_root_is_refused() -> None:
    with pytest.raises(ValidationError, match="cannot leave the folder"):
        Watch(path="../other")


def test_two_watches_of_the_same_are_refused() -> None:
    with pytest.raises(ValidationError, match="two watches"):
        FilesSettings(root=".", watch=(Watch(), Watch(every=1)))


async def test_a_file_in_a_watched_folder_becomes_an_event(tmp_path: Path) -> None:
    settings = {
        "root": str(tmp_path / "root"),
        "watch": [{"path": "inbox", "pattern": "*.csv", "every": "10ms", "existing": True}],
    }
    config = {
        "version": 1,
        "daemon": {"state_dir": str(tmp_path / "state")},
        "services": {"drop": {"plugin": "files", "settings": settings}},
    }
    path = tmp_path / "interlock.yaml"
    path.write_text(yaml.safe_dump(config))
    async with open_runtime(path) as runtime:
        with runtime.bus.subscribe("drop.*") as heard:
            await runtime.call("drop.write", {"path": "inbox/a.csv", "text": "x;y"})
            await runtime.call("drop.write", {"path": "inbox/a.txt", "text": ""})
            event = await anext(heard)
    assert (event.name, event.key) == ("drop.created", "inbox/a.csv")
    assert event.payload["size"] == 3
