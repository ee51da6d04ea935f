"""A real MCP server of the official SDK, over stdio or HTTP, that can be told to misbehave.

Usage: server.py stdio | server.py http PORT
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

import anyio
import uvicorn
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler, ToolsListChanged
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ImageContent,
    ListPromptsResult,
    ListResourcesResult,
    ListToolsResult,
    PaginatedRequestParams,
    Prompt,
    Resource,
    TextContent,
    Tool,
    ToolAnnotations,
)

BUS = InMemorySubscriptionBus()
STATE = Path(os.environ["STATE"])
ANY = {"type": "object"}
TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
DEFAULT = {"type": "object", "properties": {"private": {"type": "boolean", "default": False}}}
SUM = {"type": "object", "required": ["sum"], "properties": {"sum": {"type": "number"}}}


def _tools() -> list[Tool]:
    state = json.loads(STATE.read_text()) if STATE.exists() else {}
    read = ToolAnnotations(read_only_hint=True)
    return [
        Tool(
            name="echo",
            description=state.get("echo", "Say it again."),
            input_schema=TEXT,
            annotations=read,
        ),
        Tool(name="add", description="Add.", input_schema=ANY, output_schema=SUM),
        Tool(name="given", description="What it was given.", input_schema=DEFAULT),
        Tool(name="fail", description="Fails.", input_schema=ANY),
        Tool(name="wait", description="Takes its time.", input_schema=ANY, annotations=read),
        Tool(name="picture", description="A picture.", input_schema=ANY),
        Tool(name="album", description="Pictures, as a value.", input_schema=ANY),
        Tool(name="refused", description="Fails as Notion's server does.", input_schema=ANY),
        Tool(name="change", description="Has other tools.", input_schema=ANY),
        Tool(name="environment", description="What it sees.", input_schema=ANY),
        *(Tool(name=name, input_schema=ANY) for name in state.get("more", ())),
    ]


async def on_list_tools(
    ctx: ServerRequestContext[Any], params: PaginatedRequestParams | None
) -> ListToolsResult:
    return ListToolsResult(tools=_tools())


async def on_call_tool(
    ctx: ServerRequestContext[Any], params: CallToolRequestParams
) -> CallToolResult:
    arguments = params.arguments or {}
    if params.name in ALWAYS:
        return ALWAYS[params.name]
    match params.name:
        case "echo":
            return _text(arguments["text"])
        case "add":
            total = sum(arguments.get("numbers", ()))
            return CallToolResult(content=[], structured_content={"sum": total})
        case "given":
            return _text(json.dumps(arguments))
        case "fail":
            failed = _text("it would not do it")
            failed.is_error = True
            return failed
        case "wait":
            await ctx.session.report_progress(1, 2, "half")
            with STATE.with_name("story").open("a") as story:
                try:
                    _tell(story, "began")
                    await anyio.sleep(float(arguments.get("seconds", 0)))
                    _tell(story, "ended")
                except BaseException:
                    _tell(story, "cancelled")
                    raise
            return _text("done")
        case "change":
            await anyio.Path(STATE).write_text(json.dumps({"more": ["fresh"]}))
            await BUS.publish(ToolsListChanged())
            return _text("changed")
        case "environment":
            sys.stderr.write(f"the key is {os.environ.get('KEY', '')}\n")
            sys.stderr.flush()
            return _text(json.dumps(sorted(os.environ)))
        case _:
            return _text("more")


async def on_list_prompts(
    ctx: ServerRequestContext[Any], params: PaginatedRequestParams | None
) -> ListPromptsResult:
    """Two pages."""
    if params is None or not params.cursor:
        return ListPromptsResult(prompts=[Prompt(name="greet")], next_cursor="more")
    return ListPromptsResult(prompts=[Prompt(name="part")])


async def on_list_resources(
    ctx: ServerRequestContext[Any], params: PaginatedRequestParams | None
) -> ListResourcesResult:
    return ListResourcesResult(resources=[Resource(name="map", uri="here://map")])


def _tell(story: TextIO, word: str) -> None:
    story.write(f"{word}\n")
    story.flush()


def _text(text: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)])


ALWAYS = {
    "picture": CallToolResult(
        content=[ImageContent(type="image", data="iVBORw==", mime_type="image/png")]
    ),
    "album": CallToolResult(
        content=[],
        structured_content={
            "pictures": [{"type": "image", "data": "iVBORw==", "mimeType": "image/png"}]
        },
    ),
    "refused": _text('{"object": "error", "status": 404, "message": "no such page"}'),
}
SERVER = Server(
    "test",
    on_list_tools=on_list_tools,
    on_call_tool=on_call_tool,
    on_list_prompts=on_list_prompts,
    on_list_resources=on_list_resources,
    on_subscriptions_listen=ListenHandler(BUS),
)


async def stdio() -> None:
    sys.stdout.write("not JSON at all\n")
    sys.stdout.flush()
    async with stdio_server() as (reading, writing):
        await SERVER.run(reading, writing, SERVER.create_initialization_options())


if __name__ == "__main__":
    if sys.argv[1] == "stdio":
        anyio.run(stdio)
    else:
        uvicorn.run(
            SERVER.streamable_http_app(), host="127.0.0.1", port=int(sys.argv[2]), log_level="error"
        )
