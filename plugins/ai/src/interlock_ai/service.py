"""The AI service and its tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from interlock.sdk import (
    HttpOptions,
    InvalidInput,
    NeedsAttention,
    NotFound,
    Policies,
    Prompt,
    RetryPolicy,
    Service,
    ServiceError,
    tool,
)
from interlock_ai import analysis, react
from interlock_ai.conversation import Answer, answered
from interlock_ai.errors import AnswerUnfit, read_error
from interlock_ai.model import Model
from interlock_ai.prices import published
from interlock_ai.providers import Question, Turn, provider_of
from interlock_ai.settings import AISettings
from interlock_ai.templates import Template, Templates, load_templates

if TYPE_CHECKING:
    import httpx

    from interlock.sdk import ServiceContext

Json = dict[str, Any]

# A model may think for minutes before the first byte of an answer in one piece.
_WHOLE = 300.0


class AI(Service[AISettings]):
    """One text model."""

    policies = Policies(deadline=300.0, retry=RetryPolicy(attempts=3, backoff=1.0), concurrency=8)

    def __init__(self, settings: AISettings, context: ServiceContext) -> None:
        super().__init__(settings, context)
        self._provider = provider_of(settings.provider)
        self._templates = Templates()

    async def start(self) -> None:
        settings = self.settings
        if settings.templates is not None:
            self._templates = await anyio.to_thread.run_sync(load_templates, settings.templates)
        if settings.price(settings.model) is None:
            self.log.warning(
                "no price is known for %s: what it costs is counted, and a budget in usd kept, "
                "only if its server tells; give settings.prices",
                settings.model,
            )
        elif settings.own_price(settings.model) is None and (known := published(settings.provider)):
            self.log.info(
                "%s costs what %s said on %s, unless settings.prices says otherwise",
                settings.model,
                known.source,
                known.read,
            )

    def http_options(self) -> HttpOptions:
        base_url, _ = self.settings.address(self._provider.base_url)
        key = self.settings.api_key.get_secret_value() if self.settings.api_key else ""
        return HttpOptions(
            base_url=base_url,
            headers=self._provider.headers(key),
            http2=base_url.startswith("https:"),
            read_timeout=self.settings.silence if self.settings.stream else _WHOLE,
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        return read_error(response, self.context.name, self.world.time())

    def prompts(self) -> Mapping[str, Prompt]:
        return self._templates.prompts()

    async def check(self) -> None:
        """A wrong key is told before the first question, unless there is no way to try it."""
        _, version = self.settings.address(self._provider.base_url)
        try:
            await self.http.get(f"{version}/{self._provider.check_path}".lstrip("/"))
        except (NotFound, NeedsAttention) as error:
            # A compatible server or gateway need not list models, nor an OpenAI key be allowed to.
            no_list = self.settings.base_url is not None and isinstance(error, NotFound)
            if not no_list and "missing scopes" not in error.message.lower():
                raise
            self.log.warning(
                "there is no list of models to see: the first question will show whether base_url "
                "and api_key are right"
            )

    @tool(effect="read", cacheable=True, aliases=("generate_ai_content",))
    async def generate(
        self,
        prompt: str | None = None,
        system: str | None = None,
        schema: Json | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        template: str | None = None,
        variables: Json | None = None,
    ) -> Json:
        """Ask the model to write text, or JSON that fits a schema.

        Returns ``{text, data, finish_reason, template, provider, model, usage}``; ``data`` is the
        JSON if there is a schema. Give either ``prompt`` or ``template``.

        Args:
            prompt: what the model is asked.
            system: instructions that stand above the prompt.
            schema: JSON Schema of the answer, of type ``object``; the model is asked again if its
                answer does not fit.
            max_tokens: how many tokens the answer may have; default: that of the settings.
            temperature: 0 for the most likely words, up to 2; Anthropic's models do not use it.
            template: name of a prompt template; ``name`` is its newest version, ``name@2`` the
                second.
            variables: values of the template's variables by name.
        """
        chosen = self._chosen(prompt, template, variables)
        if chosen is not None:
            filled = chosen.filled(variables or {})
            prompt, system = filled.text, _first(system, filled.system)
        question = self._question(str(prompt), system, schema, max_tokens, temperature, chosen)
        answer, facts = await self._answered(question)
        return {
            "text": answer.last.text,
            "data": answer.data,
            "finish_reason": answer.last.finish_reason,
            "template": None if chosen is None else chosen.stamp,
            **facts,
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
        """Ask the model what matters in a text; every statement cites where it comes from.

        Give one of ``text``, ``segments`` and ``page``. The result has the shape of
        ``analysis.analyze``, which does the same without a model.

        Args:
            text: plain text; its paragraphs are cited.
            segments: the text in pieces, each as ``{text, block_id, page_id?, heading_path?}``.
            page: a page as ``notion.extract_page`` returns it: ``{id, title, segments}``.
            goal: what the reader wants to know.
            kinds: the parts of the analysis to ask for; default: all of them.
        """
        found = analysis.segments_of(text, segments, page)
        schema = analysis.schema(kinds or analysis.KINDS)
        question = self._question(analysis.prompt(found, goal), analysis.SYSTEM, schema)
        answer, facts = await self._answered(question)
        return {**analysis.result(answer.data, found, goal, page), **facts}

    @tool(effect="read", cacheable=True)
    async def write_component(
        self, component: Json, deterministic: Json, tokens: Json | None = None
    ) -> Json:
        """Ask the model to improve a generated React component without changing its interface.

        Returns ``deterministic`` with the improved code in ``files``. An answer that changes the
        name or the props, imports anything else or uses ``any`` is an error, so that a workflow
        can fall back to the generated code.

        Args:
            component: an entry of ``components`` of ``figma.extract_components``.
            deterministic: the result of ``codegen.component`` for that entry.
            tokens: the result of ``figma.extract_tokens``.
        """
        path, code = react.source_of(deterministic)
        question = self._question(react.prompt(component, tokens, code), react.SYSTEM, react.SCHEMA)
        answer, facts = await self._answered(question)
        candidate = answer.data["code"]
        if faults := react.faults(candidate, code):
            raise AnswerUnfit(
                f"the model's component cannot replace {path}: {faults[0]}", faults=faults
            )
        files = {**deterministic["files"], path: candidate}
        return {**deterministic, "files": files, "method": "model", **facts}

    @tool(effect="read")
    async def list_templates(self) -> list[Json]:
        """List all versions of the prompt templates, with their digests and variables."""
        return self._templates.listed()

    def _chosen(
        self, prompt: str | None, template: str | None, variables: Json | None
    ) -> Template | None:
        if (prompt is None) == (template is None):
            raise InvalidInput("give either prompt or template", path="$.prompt")
        if template is None and variables is not None:
            raise InvalidInput("variables are those of a template", path="$.variables")
        return None if template is None else self._templates.get(template)

    def _question(
        self,
        text: str,
        system: str | None,
        schema: Json | None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        template: Template | None = None,
    ) -> Question:
        """What the call says stands over what its template says, and that over the settings."""
        settings = self.settings
        return Question(
            turns=(Turn("user", text),),
            system=system,
            schema=_first(schema, template and template.answer),
            max_tokens=_first(max_tokens, template and template.max_tokens, settings.longest),
            temperature=_first(
                temperature, template and template.temperature, settings.temperature
            ),
            effort=settings.effort,
        )

    async def _answered(self, question: Question) -> tuple[Answer, Json]:
        """The answer, and ``{provider, model, usage}`` of all that was said."""
        settings = self.settings
        model = Model(
            self.context.name,
            settings,
            self._provider,
            self.http,
            self.log,
            structured=question.schema is not None,
        )
        takes = self._provider.takes if settings.schemas == "native" else _takes_none
        answer = await answered(model.ask, question, repairs=settings.repairs, takes=takes)
        usage = model.usage(*answer.completions)
        return answer, {
            "provider": settings.provider,
            "model": answer.last.model or settings.model,
            "usage": usage,
        }


def _first(*values: Any) -> Any:
    return next((value for value in values if value is not None), None)


def _takes_none(schema: Mapping[str, Any]) -> bool:
    return False
