"""The records of runs and steps, as they are in Restate."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import orjson
from restate import ObjectContext

from interlock.journal import RunRecord, StepRow
from interlock.restate.blobs import SharedBlobs, packed_column
from interlock.restate.wire import JSON

Head = dict[str, Any]
"""A run's record, with ``input`` and ``output`` packed; also ``life``, which counts how often it
was begun, ``queue``, the one that it is in, and ``rests``: ``queue`` while it waits for its turn,
``aside`` while nobody may go on with it."""


async def head_at(ctx: ObjectContext) -> Head | None:
    """The record at the desk of a run, if there is such a run."""
    return await ctx.get("head", JSON)


def stand(ctx: ObjectContext, head: Head) -> None:
    """Record how a run stands; every change has a number, by which it is noticed elsewhere."""
    head["number"] = head.get("number", 0) + 1
    ctx.set("head", head, JSON)
    ctx.set("number", head["number"], JSON)


async def head_of(run: RunRecord, blobs: SharedBlobs) -> Head:
    values = {"input": await blobs.pack(run.input), "output": await blobs.pack(run.output)}
    return {**asdict(run), **values, "tags": list(run.tags)}


async def run_of(head: Head, blobs: SharedBlobs) -> RunRecord:
    """The record, with its values in full."""
    known = {name: head[name] for name in RunRecord.__slots__ if name in head}
    values = {name: await blobs.unpack(head[name]) for name in ("input", "output")}
    return replace(RunRecord(**known), **values)


def packed_row(row: StepRow) -> dict[str, Any]:
    payload = None if row.payload is None else packed_column(row.payload)
    return {**row._asdict(), "payload": payload}


def row_of(packed: dict[str, Any]) -> StepRow:
    """A step as listings read it: a large payload is the digest of its blob."""
    payload = packed["payload"]
    if payload is None:
        return StepRow(**packed)
    stored = payload["blob"] if "blob" in payload else orjson.dumps(payload["value"])
    return StepRow(**{**packed, "payload": stored})


async def full_row(packed: dict[str, Any], blobs: SharedBlobs) -> StepRow:
    """A step as a replay reads it: with its payload in full."""
    row = row_of(packed)
    if isinstance(row.payload, str):
        return row._replace(payload=await blobs.read(row.payload))
    return row
