"""Tools that answer as a test says; implements the engine's port for calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import orjson

from interlock.expr import compile_value, did_you_mean
from interlock.sdk import Facts, InterlockError, NotFound, World
from interlock.sdk.errors import from_problem, known_codes
from interlock.testing.cases import Answer, Stub
from interlock.testing.places import place_of

RealCall = Callable[[str, Mapping[str, Any]], Coroutine[Any, Any, Any]]
FactsOf = Callable[[str], Facts | None]

_ASSUMED = Facts(effect="write", idempotent=True)


class NoStub(InterlockError):
    """The test does not say what a tool answers."""

    code = "no-stub"


class Recording:
    """Answers of real tools by name and arguments, kept in a file of JSON.

    Args:
        real: calls the real tool, to record what it answers; None to answer from the record.
    """

    def __init__(self, answers: dict[str, Any], real: RealCall | None = None) -> None:
        self.answers = answers
        self._real = real

    async def answer(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        key = f"{tool} {orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS).decode()}"
        if key not in self.answers:
            if self._real is None:
                raise NoStub(
                    f"the test does not say what {tool} answers to these arguments",
                    hint=f"add it under `tools:`, or record it: interlock test --record ({key})",
                )
            self.answers[key] = await self._recorded(tool, arguments)
        answer = self.answers[key]
        if "fails" in answer:
            raise from_problem(answer["fails"])
        return answer["returns"]

    async def _recorded(self, tool: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert self._real is not None  # noqa: S101 - asked before
        try:
            return {"returns": await self._real(tool, arguments)}
        except InterlockError as error:
            return {"fails": error.to_problem()}


class Stubs:
    """The tools of one case.

    Attributes:
        calls: arguments of every call, by tool, in order.
        under_way: how many calls are on their way to a real tool.
        unanswered: the calls that neither the case nor a record answers.

    Args:
        facts_of: what an installed plugin says about a tool.
        crashes: steps at whose calls the process dies; each is taken out when it did.
    """

    def __init__(
        self,
        stubs: Mapping[str, Stub],
        recording: Recording,
        facts_of: FactsOf,
        world: World,
        crashes: set[str],
    ) -> None:
        self._stubs = stubs
        self._recording = recording
        self._facts_of = facts_of
        self._world = world
        self._crashes = crashes
        self._given: dict[str, int] = defaultdict(int)
        self.calls: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self.under_way = 0
        self.unanswered: list[str] = []
        self.crashed = False

    def facts(self, tool: str) -> Facts:
        """Those of the stub, over those of the plugin."""
        facts = self._facts_of(tool) or _ASSUMED
        stub = self._stubs.get(tool)
        if stub is None:
            return facts
        return Facts(
            effect=stub.effect or facts.effect,
            idempotent=facts.idempotent if stub.idempotent is None else stub.idempotent,
        )

    def mistakes(self) -> list[str]:
        """What no tool can answer: errors whose code resembles one that there is."""
        codes = known_codes()
        return [
            f"{tool} fails with {answer.fails.code!r}, which is no code of an error ({hint})"
            for tool, stub in self._stubs.items()
            for answer in stub.answers
            if answer.fails is not None and answer.fails.code not in codes
            if (hint := did_you_mean(answer.fails.code, codes))
        ]

    async def __call__(
        self, tool: str, arguments: Mapping[str, Any], *, step: str, run_id: str, **_: Any
    ) -> Any:
        self.calls[tool].append(arguments)
        if (place := place_of(run_id, step)) in self._crashes:
            self._crashes.discard(place)
            self.crashed = True
            # Nobody answers any more.
            await self._world.sleep(float("inf"))
        if tool not in self._stubs:
            return await self._real(tool, arguments)
        return await self._answer(self._next(tool), arguments)

    def _next(self, tool: str) -> Answer:
        """The answer that is next; the last one stays."""
        answers = self._stubs[tool].answers
        if not answers:
            raise NotFound(f"the stub of {tool} has no answers")
        number = self._given[tool]
        self._given[tool] += 1
        for answer in answers:
            number -= answer.times
            if number < 0:
                return answer
        return answers[-1]

    async def _answer(self, answer: Answer, arguments: Mapping[str, Any]) -> Any:
        if answer.takes:
            await self._world.sleep(answer.takes)
        if answer.fails is not None:
            problem = answer.fails.model_dump(exclude_none=True)
            raise from_problem(problem)
        return compile_value(answer.returns).evaluate({"arguments": dict(arguments)})

    async def _real(self, tool: str, arguments: Mapping[str, Any]) -> Any:
        self.under_way += 1
        try:
            return await self._recording.answer(tool, arguments)
        except NoStub as missing:
            if str(missing) not in self.unanswered:
                self.unanswered.append(str(missing))
            raise
        finally:
            self.under_way -= 1
