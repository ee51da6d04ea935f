"""The one place that speaks to the provider: sends a question, reads the answer, counts it."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import orjson

from interlock.sdk import current_call
from interlock_ai.errors import (
    AnswerBroken,
    AnswerCut,
    AnswerEmpty,
    AnswerRefused,
    error_within,
)
from interlock_ai.progress import AnswerProgress
from interlock_ai.providers import Completion, Provider, Question
from interlock_ai.providers.exchange import Assembly, Json
from interlock_ai.settings import AISettings
from interlock_ai.streams import events, read_object

_OTHER_SHAPE = (KeyError, TypeError, AttributeError, ValueError)
_SHOWN = 300


class Model:
    """The model that the settings name, within a tool's call.

    Args:
        structured: answers are JSON, of which a part is of no use to anybody.
    """

    def __init__(
        self,
        name: str,
        settings: AISettings,
        provider: Provider,
        http: httpx.AsyncClient,
        log: logging.Logger,
        *,
        structured: bool,
    ) -> None:
        self._structured = structured
        self._name = name
        self._log = log
        self._settings = settings
        self._provider = provider
        self._version = settings.address(provider.base_url)[1]
        self._http = http
        self.asked = 0

    async def ask(self, question: Question) -> Completion:
        """One question, one answer; what it took is counted whatever it is.

        Raises:
            AnswerRefused, AnswerCut, AnswerEmpty, AnswerBroken: there is none.
            ServiceError: what the provider answered instead.
        """
        settings = self._settings
        path, body = self._provider.request(question, settings.model, stream=settings.stream)
        self.asked += 1
        completion = self._read(await self._send(f"{self._version}/{path}", body))
        usage = self._counted(completion)
        if completion.refusal:
            said = completion.text[:_SHOWN] or completion.refusal
            message = f"{self._name}: the model would not answer: {said}"
            raise AnswerRefused(message, reason=completion.refusal, usage=usage)
        if not completion.text:
            raise self._without_text(completion, usage)
        return completion

    def _without_text(self, completion: Completion, usage: Json) -> AnswerCut | AnswerEmpty:
        if completion.finish_reason == "length":
            tokens = f"{completion.output_tokens} tokens" if completion.output_tokens else "tokens"
            return AnswerCut(
                f"{self._name}: the model had used up the {tokens} of its answer before it said "
                "anything",
                hint="raise max_tokens; a model's thoughts count as well",
                usage=usage,
            )
        reason = completion.finish_reason
        message = f"{self._name}: the model answered without text ({reason})"
        return AnswerEmpty(message, reason=reason, usage=usage)

    def _read(self, body: Json) -> Completion:
        if error := body.get("error"):
            raise error_within(error, self._name)
        try:
            return self._provider.read(body)
        except _OTHER_SHAPE as error:
            raise self._misshapen(error) from None

    def _misshapen(self, error: Exception) -> AnswerBroken:
        return AnswerBroken(f"{self._name}: a piece of the answer has another shape: {error!r}")

    def _counted(self, completion: Completion) -> dict[str, Any]:
        usage = self.usage(completion)
        tokens = {name: usage[name] for name in ("input_tokens", "output_tokens")}
        money = {} if usage["usd"] is None else {"usd": usage["usd"]}
        if not any(tokens.values()):
            self._log.warning(
                "%s told of no tokens: no budget sees what this answer took",
                self._settings.base_url or self._provider.base_url,
            )
        current_call().spent(**tokens, tokens=sum(tokens.values()), **money)
        return usage

    def _count_part(self, assembly: Assembly) -> None:
        """What is told of an answer that has broken off or is not waited for is paid as well."""
        try:
            completion = self._provider.read(assembly.body())
        except _OTHER_SHAPE:
            return
        if completion.input_tokens or completion.output_tokens:
            self._counted(completion)

    def usage(self, *completions: Completion) -> dict[str, Any]:
        """``{input_tokens, output_tokens, cached_tokens, usd}``; usd is None without a price."""
        costs = [self._cost(each) for each in completions]
        known = [cost for cost in costs if cost is not None]
        return {
            "input_tokens": sum(each.input_tokens for each in completions),
            "output_tokens": sum(each.output_tokens for each in completions),
            "cached_tokens": sum(each.cached_tokens for each in completions),
            "usd": round(sum(known), 9) if len(known) == len(costs) else None,
        }

    def _cost(self, completion: Completion) -> float | None:
        models = (completion.model, self._settings.model)
        if completion.usd is not None and self._settings.own_price(*models) is None:
            return completion.usd
        price = self._settings.price(*models)
        if price is None:
            return None
        return price.cost(
            read=completion.input_tokens,
            said=completion.output_tokens,
            cached=completion.cached_tokens,
            written=completion.written_tokens,
        )

    async def _send(self, path: str, body: Json) -> Json:
        key = f"{current_call().idempotency_key}-{self.asked}"
        headers = {"content-type": "application/json", "idempotency-key": key}
        request = self._http.stream(
            "POST", path.lstrip("/"), content=orjson.dumps(body), headers=headers
        )
        async with request as response:
            if response.headers.get("content-type", "").startswith("text/event-stream"):
                return await self._assembled(response)
            return read_object(await response.aread(), self._name)

    async def _assembled(self, response: httpx.Response) -> Json:
        assembly = self._provider.assembly(lambda error: error_within(error, self._name))
        try:
            await self._taken(response, assembly)
        except BaseException:
            self._count_part(assembly)
            raise
        return assembly.body()

    async def _taken(self, response: httpx.Response, assembly: Assembly) -> None:
        progress = AnswerProgress(current_call(), quoted=not self._structured)
        async for event in events(response.aiter_bytes(), self._name):
            try:
                progress.add(assembly.take(event))
            except _OTHER_SHAPE as error:
                raise self._misshapen(error) from None
        if not assembly.ended:
            raise AnswerBroken(
                f"{self._name}: the answer broke off before its end", hint="it is asked for again"
            )
        progress.end()
