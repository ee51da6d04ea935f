"""The nano-banana service: pictures from words, and from other pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from interlock.sdk import (
    HttpOptions,
    InvalidInput,
    Policies,
    RetryPolicy,
    Service,
    ServiceError,
    current_call,
    error_from_response,
    tool,
)
from interlock_nano_banana.errors import NoAnswer, read_error
from interlock_nano_banana.exchange import Usage, read_answer, read_body, read_usage, request_of
from interlock_nano_banana.pictures import Measured, Picture, check_name, fetch, keep, measure
from interlock_nano_banana.prices import read_on
from interlock_nano_banana.settings import NanoBananaSettings, Ratio, Size

if TYPE_CHECKING:
    import httpx


class NanoBanana(Service[NanoBananaSettings]):
    """One of Google's image models."""

    policies = Policies(deadline=300.0, retry=RetryPolicy(attempts=3, backoff=2.0), concurrency=4)

    def http_options(self) -> HttpOptions:
        base_url = self.settings.base_url.rstrip("/")
        return HttpOptions(
            base_url,
            headers={"x-goog-api-key": self.settings.api_key.get_secret_value()},
            http2=base_url.startswith("https:"),
            # A large picture takes a minute before the first byte; the deadline is the bound.
            read_timeout=300.0,
        )

    def read_error(self, response: httpx.Response) -> ServiceError:
        name, now, url = self.context.name, self.world.time(), response.request.url
        if not str(url).startswith(self.settings.base_url.rstrip("/")):
            # A picture that somebody refers to; its server is not Google's.
            message = f"{name}: {url.host} answered {response.status_code}"
            return error_from_response(response, now=now, message=message)
        return read_error(response, name, now)

    async def start(self) -> None:
        model = self.settings.model
        if self.settings.cost is None:
            self.log.warning("no price is known for %s: give settings.price", model)
        elif self.settings.price is None:
            self.log.info(
                "%s costs what %s, unless settings.price says otherwise", model, read_on()
            )

    async def check(self) -> None:
        await self.http.get("/v1/models?pageSize=1")

    @tool(effect="read", cacheable=True)
    async def generate(
        self,
        prompt: str,
        images: list[Picture] | None = None,
        aspect_ratio: Ratio | None = None,
        image_size: Size | None = None,
        name: str = "",
    ) -> dict[str, Any]:
        """Draw a picture from a description, and from other pictures if there are any.

        Returns ``{images: [{blob, media_type, size, width, height, file}], text, model, usage}``;
        ``blob`` is a digest in the blob store, ``size`` counts bytes.

        Args:
            prompt: what to draw, and what each of ``images`` is to be used for.
            images: pictures of people, things or styles to draw from.
            aspect_ratio: width to height; default: that of the settings.
            image_size: resolution; default: that of the settings.
            name: name of the file in the setting ``folder``, without an extension; default: made
                from its content.
        """
        given = {f"$.images[{index}]": image for index, image in enumerate(images or ())}
        return await self._draw(prompt, given, aspect_ratio, image_size, name)

    @tool(effect="read", cacheable=True)
    async def edit(
        self,
        image: Picture,
        instruction: str,
        image_size: Size | None = None,
        name: str = "",
    ) -> dict[str, Any]:
        """Change a picture as instructed and leave the rest of it alone.

        The result is that of ``generate``.

        Args:
            image: the picture to change.
            instruction: what to change.
            image_size: resolution; default: that of the settings.
            name: name of the file in the setting ``folder``, without an extension; default: made
                from its content.
        """
        return await self._draw(instruction, {"$.image": image}, None, image_size, name)

    async def _draw(
        self,
        prompt: str,
        images: Mapping[str, Picture],
        ratio: Ratio | None,
        size: Size | None,
        name: str,
    ) -> dict[str, Any]:
        settings, blobs = self.settings, self.context.blobs
        check_name(name)
        parts = await fetch(images, settings.max_input, self.http, blobs)
        # An edited picture keeps its shape unless somebody wants another one.
        shape = ratio or (None if images else settings.aspect_ratio)
        body = request_of(prompt, parts, shape, size or settings.image_size)
        model = quote(settings.model, safe="")
        key = {"idempotency-key": current_call().idempotency_key}
        path = f"/v1/models/{model}:generateContent"
        response = await self.http.post(path, json=body, headers=key)
        answer = read_body(response.content, self.context.name)
        usage = read_usage(answer, settings.cost)
        _count(usage)
        drawn = read_answer(answer, self.context.name, usage)
        current_call().spent(images=len(drawn.pictures))
        kept = []
        for number, data in enumerate(drawn.pictures, 1):
            each = name if number == 1 or not name else f"{name}-{number}"
            kept.append(await keep(await self._drawn(data, usage), blobs, settings.folder, each))
        return {"images": kept, "text": drawn.text, "model": drawn.model, "usage": usage}

    async def _drawn(self, data: bytes, usage: Usage) -> Measured:
        try:
            return await measure(data, "$")
        except InvalidInput:
            # Not the caller's fault, who has seen none of it.
            raise NoAnswer(
                f"{self.context.name}: what the model drew is no picture", usage=usage
            ) from None


def _count(usage: Usage) -> None:
    """Tokens and money, whatever the answer is worth."""
    tokens = {name: usage[name] for name in ("input_tokens", "output_tokens")}
    money = {} if usage["usd"] is None else {"usd": usage["usd"]}
    current_call().spent(**tokens, tokens=sum(tokens.values()), **money)
