"""The tools, on a real folder."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import threading
from pathlib import Path

import pytest

from interlock.sdk import Conflict, InvalidInput, NeedsAttention, NotFound, Rejected, tools_of
from interlock_files import folder
from interlock_files.service import Files


async def test_what_is_written_is_read_back_as_text(files: Files, root: Path) -> None:
    stored = await files.write("a/b/card.tsx", text="schön\n")
    assert (root / "a/b/card.tsx").read_text() == "schön\n"
    read = await files.read("a/b/card.tsx")
    assert read == {**stored, "text": "schön\n"}
    digest = hashlib.sha256("schön\n".encode()).hexdigest()
    assert stored == {"path": "a/b/card.tsx", "size": 7, "digest": f"sha256:{digest}"}


async def test_bytes_travel_as_base64(files: Files, root: Path) -> None:
    data = bytes(range(256))
    await files.write("icon.bin", base64=base64.b64encode(data).decode())
    assert (root / "icon.bin").read_bytes() == data
    read = await files.read("icon.bin", encoding="base64")
    assert base64.b64decode(read["base64"]) == data
    with pytest.raises(Rejected, match="not UTF-8"):
        await files.read("icon.bin")


async def test_what_a_tool_has_stored_is_written_by_its_digest(files: Files, root: Path) -> None:
    await files.write("pictures/hero.png", digest="sha256:hero")

    assert (root / "pictures/hero.png").read_bytes() == b"stored"


async def test_write_wants_exactly_one_content(files: Files) -> None:
    with pytest.raises(InvalidInput, match="one of text"):
        await files.write("a")
    with pytest.raises(InvalidInput, match="one of text"):
        await files.write("a", text="", base64="")
    with pytest.raises(InvalidInput, match="not base64"):
        await files.write("a", base64="%%%")
    assert (await files.write("a", text=""))["size"] == 0


@pytest.mark.parametrize(
    "path", ["../out", "a/../../out", "/etc/passwd", "", ".", "a/\0b", "n" * 300, "\ud800"]
)
async def test_a_path_that_is_no_path_in_the_folder_is_refused(files: Files, path: str) -> None:
    for call in (files.read(path), files.write(path, text="x"), files.delete(path)):
        with pytest.raises(InvalidInput):
            await call
    with pytest.raises(InvalidInput):
        await files.copy("a", path)
    with pytest.raises(InvalidInput):
        await files.write_all({"fine": "x", path: "y"})
    assert await files.list() == []


async def test_links_lead_nowhere(files: Files, root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("s3cret")
    (root / "folder").symlink_to(secret)
    (root / "file").symlink_to(secret / "key")
    for path in ("folder/key", "file"):
        with pytest.raises(Rejected, match="link"):
            await files.read(path)
    with pytest.raises(Rejected, match="link"):
        await files.write("folder/new", text="x")
    with pytest.raises(Rejected, match="link"):
        await files.delete("folder/key")
    assert await files.list() == []
    # A link itself may be replaced or removed; what it points to stays as it is.
    await files.write("file", text="mine")
    with pytest.raises(Rejected, match="not a file"):
        await files.move("folder", "elsewhere")
    with pytest.raises(Rejected, match="link"):
        await files.move("file", "folder/file")
    await files.delete("folder", recursive=True)
    assert (secret / "key").read_text() == "s3cret"
    assert sorted(entry.name for entry in secret.iterdir()) == ["key"]
    assert (root / "file").read_text() == "mine" and not (root / "file").is_symlink()


async def test_a_folder_swapped_for_a_link_meanwhile_is_not_followed(
    files: Files, root: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/key").write_text("s3cret")
    await files.write("real/key", text="mine")
    (root / "link").symlink_to(tmp_path / "outside")
    swapping = threading.Event()
    swapping.set()

    def swap() -> None:
        while swapping.is_set():
            (root / "real").rename(root / "spare")
            (root / "link").rename(root / "real")
            (root / "real").rename(root / "link")
            (root / "spare").rename(root / "real")

    thread = threading.Thread(target=swap)
    thread.start()
    seen: set[str] = set()
    for _ in range(500):
        try:
            seen.add((await files.read("real/key"))["text"])
        except (Rejected, NotFound) as refused:
            seen.add(refused.code)
    swapping.clear()
    thread.join()
    assert "s3cret" not in seen


async def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    files: Files, root: Path
) -> None:
    await files.write("a", text="old")
    with pytest.raises(Rejected, match="more than the 1000 allowed"):
        await files.write("a", text="x" * 1001)
    with pytest.raises(Conflict, match="exists"):
        await files.write("a", text="new", overwrite=False)
    with pytest.raises(Rejected, match="a passes through"):
        await files.write("a/b", text="x")
    assert os.listdir(root) == ["a"]  # noqa: PTH208 - hidden files count
    assert (root / "a").read_text() == "old"


async def test_a_repeated_write_without_overwriting_succeeds(files: Files) -> None:
    first = await files.write("a", text="same", overwrite=False)
    assert await files.write("a", text="same", overwrite=False) == first


async def test_a_reader_sees_the_old_or_the_new_file_never_a_part(files: Files) -> None:
    texts = ["a" * 1000, "b" * 1000]
    await files.write("shared", text=texts[0])
    done = threading.Event()
    seen: set[str] = set()
    path = Path(files.settings.root) / "shared"

    def read() -> None:
        while not done.is_set():
            seen.add(path.read_text())

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(100):
        await files.write("shared", text=texts[number % 2])
    done.set()
    thread.join()
    assert seen <= set(texts)


async def test_write_all_puts_files_under_a_folder(files: Files, root: Path) -> None:
    written = await files.write_all({"a.ts": "1", "x/b.ts": "22"}, under="out/web")
    assert (written["count"], written["size"]) == (2, 3)
    assert [file["path"] for file in written["files"]] == ["out/web/a.ts", "out/web/x/b.ts"]
    assert (root / "out/web/x/b.ts").read_text() == "22"


async def test_lists_are_sorted_and_match_a_pattern(files: Files) -> None:
    await files.write_all({"b.tsx": "", "a/c.tsx": "12", "a/d.css": ""})
    assert [file["path"] for file in await files.list()] == ["a/c.tsx", "a/d.css", "b.tsx"]
    assert [file["path"] for file in await files.list(recursive=False)] == ["b.tsx"]
    (found,) = await files.list("a", pattern="*.tsx")
    assert (found["path"], found["size"]) == ("a/c.tsx", 2)
    assert found["modified"] > 0
    with pytest.raises(NotFound, match="there is no z"):
        await files.list("z")


async def test_what_goes_while_it_is_listed_hides_nothing_else(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.write("a", text="x")
    (root / ".0123456789abcdef.interlock").write_text("half of")
    named = folder._names
    monkeypatch.setattr(folder, "_names", lambda top: ["gone", *named(top), "gone too"])
    assert [file["path"] for file in await files.list()] == ["a"]


async def test_a_disk_without_room_needs_attention(
    files: Files, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NeedsAttention, match="a/b: No space left"):
        await files.write("a/b", text="x")
    assert list((root / "a").iterdir()) == []


async def test_a_copy_is_a_file_of_its_own(files: Files) -> None:
    await files.write("a", text="one")
    copied = await files.copy("a", "deep/b")
    await files.write("a", text="two")
    assert (await files.read("deep/b"))["text"] == "one"
    assert (copied["path"], copied["size"]) == ("deep/b", 3)
    with pytest.raises(NotFound, match="there is no missing"):
        await files.copy("missing", "c")


async def test_delete_counts_files_and_wants_to_be_told_about_full_folders(files: Files) -> None:
    await files.write_all({"d/a": "", "d/e/b": "", "c": ""})
    assert await files.delete("c") == {"deleted": 1}
    assert await files.delete("c") == {"deleted": 0}
    with pytest.raises(Conflict, match="recursive"):
        await files.delete("d")
    assert await files.delete("d", recursive=True) == {"deleted": 2}
    assert await files.list() == []


async def test_what_is_no_file_is_not_read(files: Files, root: Path) -> None:
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    for path in ("folder", "pipe"):
        with pytest.raises(Rejected, match="is not a file"):
            await files.read(path)
    with pytest.raises(Conflict, match="is a folder"):
        await files.write("folder", text="x")


async def test_a_large_file_is_not_read(files: Files, root: Path) -> None:
    (root / "large").write_bytes(b"x" * 1001)
    with pytest.raises(Rejected) as refused:
        await files.read("large")
    assert refused.value.details == {"size": 1001, "limit": 1000}


def test_every_tool_describes_itself_and_its_arguments() -> None:
    tools = tools_of(Files)
    named = {"read", "write", "write_all", "list", "stat", "copy", "move", "delete"}
    assert named == tools.keys()
    for spec in tools.values():
        assert spec.description and spec.facts.idempotent == (spec.name != "move")
        assert all(
            part["description"] for part in spec.signature.input_schema["properties"].values()
        )
