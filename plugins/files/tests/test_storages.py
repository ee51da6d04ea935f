"""The same promises of a folder, of objects in memory and of objects behind S3's protocol."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from interlock.sdk import Conflict, NeedsAttention, NotFound, Rejected, Retryable
from interlock_files.service import Files, FilesSettings

CREDENTIALS = {"key": "testing", "secret": "testing"}


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """The address of a server that speaks S3's protocol, with the bucket ``bucket``."""
    try:
        import boto3
        import s3fs  # noqa: F401
        from moto.server import ThreadedMotoServer
    except ImportError:
        if os.environ.get("INTERLOCK_TEST_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip("needs an S3 server: pip install 's3fs' 'moto[s3]' flask flask-cors")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket="bucket")
    client.close()
    yield address
    server.stop()


def service(root: str, **settings: Any) -> Files:
    context: Any = SimpleNamespace(name="files")
    return Files(FilesSettings(root=root, max_size=1000, **settings), context)


@pytest.fixture(params=["folder", "memory", "s3"])
async def files(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Files]:
    if request.param == "folder":
        made = service(str(tmp_path))
    elif request.param == "memory":
        made = service(f"memory://{uuid4().hex}/below")
    else:
        options = {"endpoint_url": request.getfixturevalue("s3")}
        root = f"s3://bucket/{uuid4().hex}"
        made = service(root, options=options, credentials=CREDENTIALS)
    async with made.running():
        yield made


async def test_what_is_written_is_read_back(files: Files) -> None:
    await files.check()
    stored = await files.write("a/b/card.tsx", text="schön\n")
    assert await files.read("a/b/card.tsx") == {**stored, "text": "schön\n"}
    about = await files.stat("a/b/card.tsx")
    assert (about["path"], about["size"]) == ("a/b/card.tsx", 7)
    assert about["modified"] > 1_700_000_000
    await files.write("empty", text="")
    assert (await files.read("empty"))["text"] == ""


async def test_a_name_is_taken_once(files: Files) -> None:
    first = await files.write("a", text="one", overwrite=False)
    assert await files.write("a", text="one", overwrite=False) == first
    with pytest.raises(Conflict, match="a exists"):
        await files.write("a", text="two", overwrite=False)
    await files.write("a", text="three")
    assert (await files.read("a"))["text"] == "three"


async def test_lists_know_folders(files: Files) -> None:
    assert await files.list() == []
    await files.write_all({"b.tsx": "", "a/c.tsx": "12", "a/d/e.css": "", "ab": ""})
    assert [file["path"] for file in await files.list()] == ["a/c.tsx", "a/d/e.css", "ab", "b.tsx"]
    assert [file["path"] for file in await files.list(recursive=False)] == ["ab", "b.tsx"]
    assert [file["path"] for file in await files.list("a", recursive=False)] == ["a/c.tsx"]
    with pytest.raises(NotFound, match="there is no z"):
        await files.list("z")
    with pytest.raises(Rejected, match=r"ab .*is a file|ab passes through"):
        await files.list("ab")


async def test_copies_and_moves(files: Files) -> None:
    await files.write_all({"a": "one", "taken": "x"})
    assert (await files.copy("a", "deep/copy"))["size"] == 3
    moved = await files.move("a", "deep/moved")
    assert (moved["path"], moved["size"]) == ("deep/moved", 3)
    with pytest.raises(NotFound, match="there is no a"):
        await files.move("a", "b")
    with pytest.raises(Conflict, match="taken exists"):
        await files.move("deep/moved", "taken", overwrite=False)
    assert (await files.read("taken"))["text"] == "x"
    await files.move("deep/moved", "taken")
    await files.move("taken", "free", overwrite=False)
    await files.move("free", "free")
    assert [file["path"] for file in await files.list()] == ["deep/copy", "free"]
    assert (await files.read("free"))["text"] == "one"


async def test_delete_counts_and_spares_full_folders(files: Files) -> None:
    await files.write_all({"d/a": "", "d/e/b": "", "c": "", "dd": ""})
    assert await files.delete("c") == {"deleted": 1}
    assert await files.delete("c") == {"deleted": 0}
    with pytest.raises(Conflict, match="recursive"):
        await files.delete("d")
    assert await files.delete("d", recursive=True) == {"deleted": 2}
    assert [file["path"] for file in await files.list()] == ["dd"]


async def test_what_is_missing_a_folder_or_too_large_is_refused(files: Files) -> None:
    await files.write("d/a", text="")
    for call in (files.read, files.stat):
        with pytest.raises(NotFound, match="there is no zz"):
            await call("zz")
        with pytest.raises(Rejected, match="d is not a file"):
            await call("d")
    with pytest.raises(Rejected, match="more than the 1000 allowed"):
        await files.write("a", text="x" * 1001)
    assert [file["path"] for file in await files.list()] == ["d/a"]


async def test_a_large_object_is_not_read(s3: str) -> None:
    where = {"options": {"endpoint_url": s3}, "credentials": CREDENTIALS}
    context: Any = SimpleNamespace(name="files")
    large = Files(FilesSettings(root="s3://bucket/large", **where), context)
    small = service("s3://bucket/large", **where)
    async with large.running(), small.running():
        await large.write("a", text="x" * 1001)
        with pytest.raises(Rejected, match="more than the 1000 allowed"):
            await small.read("a")


async def test_two_roots_do_not_see_each_other() -> None:
    base = f"memory://{uuid4().hex}"
    async with (one := service(f"{base}/a")).running(), (other := service(f"{base}/ab")).running():
        await one.write("x", text="")
        assert await other.list() == []


async def test_a_bucket_that_is_not_there_is_named(s3: str) -> None:
    gone = service("s3://nowhere", options={"endpoint_url": s3}, credentials=CREDENTIALS)
    async with gone.running():
        with pytest.raises(NotFound):
            await gone.read("a")


async def test_a_store_that_does_not_answer_is_tried_again(s3: str) -> None:
    options = {
        "endpoint_url": "http://127.0.0.1:1",
        "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 1},
    }
    silent = service("s3://bucket", options=options, credentials=CREDENTIALS)
    async with silent.running():
        with pytest.raises(Retryable, match="files: a: "):
            await silent.read("a")


@pytest.mark.parametrize(
    ("root", "hint"),
    [
        ("file:///etc", "write a path"),
        ("http://127.0.0.1/x", "write a path"),
        ("simplecache::s3://bucket", "write a path"),
        ("s3://bucket::file:///etc", "write a path"),
        ("az://container", r"install interlock-files\[azure\]"),
    ],
)
async def test_a_root_that_cannot_be_used_says_what_to_do(root: str, hint: str) -> None:
    unusable = service(root)
    with pytest.raises(NeedsAttention, match=hint):
        await unusable.start()


def test_credentials_are_not_shown() -> None:
    settings = FilesSettings(root="s3://b", credentials={"secret": "s3cret"})
    assert "s3cret" not in repr(settings) and "s3cret" not in settings.model_dump_json()
