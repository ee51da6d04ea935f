"""The AI service: its tools, and the one place that speaks to the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from interlock.sdk import HttpOptions, Policies, RetryPolicy, Service, ServiceError, tool
from interlock_ai import analysis, react
from interlock_ai.conversation import answered
from interlock_ai.errors import AnswerUnfit, read_error
from interlock_ai.providers import Completion, Question, Turn, provider_of
from interlock_ai.settings import AISettings

if TYPE_CHECKING:
    import httpx

    from interlock.sdk import ServiceContext

Json = dict[str, Any]


class AI(Service[AISettings]):
    """One text model."""

    policies = Policies(deadline=300.0, retry=RetryPolicy(attempts=3, backoff=1.0), concurrency=8)

    def __init__(self, settings: AISettings, context: ServiceContext) -> None:
        super().__init__(settings, context)
        self._provider = provider_of(settings)

    def http_options(self) -> HttpOptions:
        base_url = (self.settings.base_url or self._provider.base_url).rstrip("/")
        key = self.settings.api_key.get_secret_value() if self.settings.api_key else ""
        return HttpOptions(
            base_url=base_url.removesuffix("/v1"),
            headers=self._provider.headers(key),
            http2=base_url.startswith("https:"),
            # A model may think for minutes before the first byte; the deadline is the bound.
            read_timeout=300.0,
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(response, self.world.time())

    async def check(self) -> None:
        await self.http.get(self._provider.check_path)

    @tool(effect="read", cacheable=True, aliases=("generate_ai_content",))
    async def generate(
        self,
        prompt: str,
        system: str | None = None,
        schema: Json | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Json:
        """Have the model write text, or with a schema JSON that fits it.

        Args:
            prompt: what to write.
            system: standing instructions for the model.
            schema: JSON Schema (type object) of the answer; an unfit answer is repaired once.
            max_tokens: bounds the answer.
            temperature: 0 for the likeliest words, up to 2.
        """
        answer = await answered(
            self._ask, self._question(prompt, system, schema, max_tokens, temperature)
        )
        completion = answer.completion
        return {
            "text": completion.text,
            "data": answer.data,
            "finish_reason": completion.finish_reason,
            **answer.facts,
        }

    @tool(effect="read", cacheable=True, aliases=("analyze_with_ai",))
    async def analyze(
        self,
        text: str | None = None,
        segments: list[Json] | None = None,
        page: Json | None = None,
        goal: str = "",
        kinds: list[analysis.Kind] | None = None,
    ) -> Json:
        """Have the model read a text and state, with citations, what matters in it.

        Args:
            text: the text; its paragraphs are the segments.
            segments: ``[{text, block_id, page_id?, heading_path?}]``.
            page: a page with ``id``, ``title`` and ``segments``, as ``notion.extract_page`` gives.
            goal: what the analysis is for.
            kinds: the parts to ask for; all by default.
        """
        found = analysis.segments_of(text, segments, page)
        question = self._question(
            analysis.prompt(found, goal),
            analysis.SYSTEM,
            analysis.schema(kinds or analysis.KINDS),
        )
        answer = await answered(self._ask, question)
        return {**analysis.result(answer.data, found, goal, page), **answer.facts}

    @tool(effect="read", cacheable=True)
    async def write_component(
        self, component: Json, deterministic: Json, tokens: Json | None = None
    ) -> Json:
        """Have the model improve a generated React component without changing its interface.

        An answer with another name, other props, foreign imports or ``any`` is rejected, so
        that a workflow's fallback can use the generated code.

        Args:
            component: an entry of the ``components`` of ``figma.extract_components``.
            deterministic: the result of ``codegen.component`` for it.
            tokens: the result of ``figma.extract_tokens``.
        """
        path, code = react.source_of(deterministic)
        question = self._question(react.prompt(component, tokens, code), react.SYSTEM, react.SCHEMA)
        answer = await answered(self._ask, question)
        candidate = answer.data["code"]
        if faults := react.faults(candidate, code):
            raise AnswerUnfit(
                f"the model's component cannot replace {path}: {faults[0]}", faults=faults
            )
        files = {**deterministic["files"], path: candidate}
        return {**deterministic, "files": files, "method": "model", **answer.facts}

    def _question(
        self,
        prompt: str,
        system: str | None,
        schema: Json | None,
        max_tokens: int | None = None,
        temperature: float | None = None,
    ) -> Question:
        settings = self.settings
        return Question(
            turns=(Turn("user", prompt),),
            system=system,
            schema=schema,
            max_tokens=max_tokens or settings.max_tokens,
            temperature=settings.temperature if temperature is None else temperature,
        )

    async def _ask(self, question: Question) -> Completion:
        path, body = self._provider.request(question, self.settings.model)
        response = await self.http.post(
            path,
            content=orjson.dumps(body),
            headers={"content-type": "application/json"},
        )
        return self._provider.read(orjson.loads(response.content))
