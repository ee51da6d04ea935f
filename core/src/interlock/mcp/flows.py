"""Calls of workflows: a run is started, followed, asked about, or handed out as a task."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

from interlock.mcp.asking import is_agreement
from interlock.mcp.client import Client, Context, effect_of
from interlock.mcp.forms import flat_properties, values_of
from interlock.mcp.offers import Offer
from interlock.mcp.questions import Question, answer, as_request, open_questions
from interlock.mcp.reporting import progress_to
from interlock.mcp.tasks import Tasks, outcome, tags_of_caller
from interlock.runtime import Runtime
from interlock.sdk.context import OnProgress

Item = dict[str, Any]

_LOOK = 1.0  # seconds; a question may come up before anybody watches the run
_TRIES = 3  # for a person at a session to fill in what fits
_ASK = "x-ask"
_INPUT = "input"


class Flows:
    """Workflows as tools: a call starts a run and waits for it.

    Args:
        task_after: seconds after which a run becomes a task, for clients that have tasks.
        only_as_task: patterns of workflows that other clients may not call.
    """

    def __init__(
        self, runtime: Runtime, tasks: Tasks, task_after: float, only_as_task: tuple[str, ...]
    ) -> None:
        self._runtime = runtime
        self._tasks = tasks
        self._task_after = task_after
        self._only_as_task = only_as_task

    async def call(
        self, context: Context, offer: Offer, arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The result of a run, a task, or what has to be answered before there is one.

        The run goes on when the client leaves: it is durable, and can be found by its id.
        """
        client = Client.of(context)
        if any(fnmatchcase(offer.name, each) for each in self._only_as_task):
            client.require_tasks()
        given = context.params or {}
        state, responses = given.get("requestState"), given.get("inputResponses")
        responses = responses if isinstance(responses, Mapping) else {}
        if state and state != _INPUT and not is_agreement(state):
            await self._answer(state, responses)
            return await self._follow(context, client, offer, state)
        given_now = _content(responses.get(_INPUT))
        arguments = {**arguments, **values_of(offer.input_schema, given_now)}
        if client.modern and client.elicits and (asked := _asked(offer, arguments)):
            return _input_required({_INPUT: asked}, _INPUT)
        effect = effect_of(context)
        run_id = await self._runtime.start(
            offer.name,
            arguments,
            run_id=None if effect is None else f"mcp-{effect[:32]}",
            tags=tags_of_caller(),
        )
        if client.tasks:
            return await self._task(run_id)
        return await self._follow(context, client, offer, run_id)

    async def _answer(self, run_id: str, responses: Mapping[str, Any]) -> None:
        questions = await open_questions(self._runtime, run_id)
        for step in questions.keys() & responses.keys():
            await answer(self._runtime, questions[step], responses[step])

    async def _task(self, run_id: str) -> dict[str, Any]:
        """The result, if it is there at once; else the task."""
        with anyio.move_on_after(self._task_after):
            return await outcome(self._runtime, run_id)
        return {**await self._tasks.get(run_id), "resultType": "task"}

    async def _follow(
        self, context: Context, client: Client, offer: Offer, run_id: str
    ) -> dict[str, Any]:
        async with progress_to(context) as report:
            if report is not None or client.elicits:
                questions = await self._watch(context, client, run_id, report)
                if questions:
                    requests = {step: as_request(each) for step, each in questions.items()}
                    return _input_required(requests, run_id)
            promised = "outputSchema" in offer.wire
            return await outcome(self._runtime, run_id, modern=client.modern, promised=promised)

    async def _watch(
        self, context: Context, client: Client, run_id: str, report: OnProgress | None
    ) -> dict[str, Question]:
        """Until the run is over, or asks something that only another request can answer."""
        send, items = anyio.create_memory_object_stream[Item](1000)
        seen: set[str] = set()
        progress = _Progress(report)
        async with anyio.create_task_group() as tasks, items:
            tasks.start_soon(self._items, run_id, send)
            while True:
                questions = await self._new_questions(client, run_id, seen)
                if questions and client.modern:
                    tasks.cancel_scope.cancel()
                    return questions
                for step, question in questions.items():
                    seen.add(step)
                    tasks.start_soon(self._push, context, question)
                if not await _happened(items, progress, _LOOK if client.elicits else None):
                    tasks.cancel_scope.cancel()
                    break
        return {}

    async def _new_questions(
        self, client: Client, run_id: str, seen: set[str]
    ) -> dict[str, Question]:
        if not client.elicits:
            return {}
        questions = await open_questions(self._runtime, run_id)
        return {step: each for step, each in questions.items() if step not in seen}

    async def _items(self, run_id: str, send: MemoryObjectSendStream[Item]) -> None:
        async with send:
            async for item in self._runtime.watch(run_id, since=0.0):
                await send.send(item)

    async def _push(self, context: Context, question: Question) -> None:
        """Ask over the session, as clients before 2026-07-28 are asked; anew if it does not fit."""
        asked = as_request(question)["params"]
        for _ in range(_TRIES):
            result = await context.session.elicit_form(
                asked["message"], asked["requestedSchema"], context.request_id
            )
            response = {"action": result.action, "content": result.content}
            if await answer(self._runtime, question, response) or result.action != "accept":
                return


class _Progress:
    """Counts the steps that ended; how many there will be, nobody knows.

    A step that ended while the watching began is told twice.
    """

    def __init__(self, report: OnProgress | None) -> None:
        self._report = report
        self._ended: set[str] = set()

    def __call__(self, item: Item) -> None:
        path = item["path"]
        if self._report is None or item["kind"] != "step-succeeded" or path in self._ended:
            return
        self._ended.add(path)
        self._report(len(self._ended), None, f"{path} is done")


async def _happened(
    items: MemoryObjectReceiveStream[Item], progress: _Progress, patience: float | None
) -> bool:
    """Wait for something to happen; False once the run is over."""
    with anyio.move_on_after(patience):
        try:
            item = await items.receive()
        except anyio.EndOfStream:
            return False
        progress(item)
        return not item.get("end")
    return True


def _input_required(requests: Mapping[str, Any], state: str) -> dict[str, Any]:
    return {"resultType": "input_required", "inputRequests": dict(requests), "requestState": state}


def _asked(offer: Offer, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a person is asked for before the run starts: properties marked ``x-ask``."""
    schema = offer.input_schema
    missing = {
        name: {key: value for key, value in each.items() if key != _ASK}
        for name, each in schema.get("properties", {}).items()
        if isinstance(each, Mapping) and each.get(_ASK) and name not in arguments
    }
    if not missing:
        return None
    properties = flat_properties({"properties": missing})
    asked = {"type": "object", "properties": properties, "required": list(missing)}
    params = {"mode": "form", "message": f"{offer.shown} needs:", "requestedSchema": asked}
    return {"method": "elicitation/create", "params": params}


def _content(response: Any) -> dict[str, Any]:
    accepted = isinstance(response, Mapping) and response.get("action") == "accept"
    content = response.get("content") if accepted else None
    return dict(content) if isinstance(content, Mapping) else {}
