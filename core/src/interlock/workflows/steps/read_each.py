"""How ``for_each`` is read, over a list or over the pages of a tool."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, get_args

from interlock.expr import Shape, constant, nearest
from interlock.workflows.reading import advice, listed
from interlock.workflows.scope import ANYTHING, JsonSchema
from interlock.workflows.steps.blocks import ForEach, OnItemError
from interlock.workflows.steps.pages import ForEachOfPages
from interlock.workflows.steps.readers import read_call
from interlock.workflows.template import Action

if TYPE_CHECKING:
    from interlock.workflows.step_node import StepNode

_OF_PAGES = ("call", "with", "items", "next", "max_pages", "retry")
_TAKEN = ("input", "run", "steps", "index")


def read_for_each(node: StepNode) -> tuple[Action, JsonSchema]:
    name = node.text("as", "item")
    if not name.isidentifier() or name in _TAKEN:
        node.fault("as", f"{name!r} cannot be the item's name", expected="a name not in use")
    pages, items = None, constant([])
    if isinstance(node.data["for_each"], dict):
        pages, item = _read_pages(node.inside("for_each"))
    else:
        items = node.value("for_each")
        item = _item_of(node, "for_each", node.shape(items))
    names: dict[str, JsonSchema] = {name: item, "index": {"type": "integer"}}
    block, schema = node.inside(names=names).block("do")
    policy = node.choice("on_item_error", get_args(OnItemError), "fail")
    each = ForEach(items, block, name, node.number("concurrency", 1), policy)
    action = each if pages is None else pages(each=each)
    return action, {"type": "array", "items": schema if policy == "fail" else ANYTHING}


def _read_pages(node: StepNode) -> tuple[Callable[..., ForEachOfPages], JsonSchema]:
    """What is to be made of the pages of a tool, and the schema of an item of theirs."""
    node.only(_OF_PAGES)
    for key in ("call", "items", "next"):
        if key not in node.data and nearest(key, node.data.keys() - set(_OF_PAGES)) is None:
            node.fault(None, f"pages without `{key}`", expected="call, items and next")
    tool, output = read_call(node)
    page = node.inside(names={"page": output})
    items = page.value("items")
    pages = partial(
        ForEachOfPages,
        tool=tool.tool,
        arguments=tool.arguments,
        items=items,
        following=page.value("next"),
        most=node.number("max_pages", 1000),
        retry=tool.retry,
    )
    _check_next(node, tool.tool)
    return pages, _item_of(page, "items", page.shape(items)) if "items" in node.data else ANYTHING


def _check_next(node: StepNode, name: str) -> None:
    """What asks for the next page has to be arguments of the tool."""
    tool, _ = node.reading.tool(name)
    following = node.data.get("next")
    schema = tool.input_schema if tool else {}
    known = schema.get("properties", {})
    if isinstance(following, dict) and schema.get("additionalProperties") is False:
        for key in following.keys() - known.keys():
            path = (*node.path, "next", key)
            wrong = advice(key, known, f"one of {listed(known)}")
            message = f"{name} has no argument {key!r}"
            fault = node.reading.document.fault(path, message, on_key=True, **wrong)
            node.reading.faults.append(fault)


def _item_of(node: StepNode, key: str, items: Shape) -> JsonSchema:
    """The schema of the items of what has to be a list."""
    kinds = items.kinds()
    if kinds and "array" not in kinds:
        wanted = node.meant(key) or "a list, such as ${{ steps.rows.pages }}"
        node.doubt(key, f"{key} is {listed(sorted(kinds))}, not a list", expected=wanted)
    return items.item().standalone()
