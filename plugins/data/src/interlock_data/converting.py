"""Tools for formats and texts."""

from __future__ import annotations

import base64
from typing import Any

from interlock.sdk import InvalidInput, tool
from interlock_data.bounded import Bounded
from interlock_data.choices import Escape, Format, Options, check_pair

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Converting(Bounded):
    """Other formats, other shapes, other words."""

    @tool(effect="read", cacheable=True)
    async def convert(
        self,
        data: Any,
        source: Format,
        target: Format,
        options: Options = Options(),  # noqa: B008 - frozen
        store: bool = False,
    ) -> dict[str, Any]:
        """Convert between JSON, YAML, CSV, XML, Excel, Markdown and HTML: ``{format, data}``.

        A format of tables takes and gives a list of objects or of lists. Markdown and HTML are
        converted into each other as documents; into other formats, one of their tables is.

        Args:
            data: the input: text in the format ``source``; any JSON if that is ``value``; base64,
                or ``{digest}`` of the blob store, if it is ``excel``.
            source: format of ``data``; ``value`` is JSON that has been parsed already.
            target: format to convert into; ``value`` gives parsed JSON.
            options: details of the formats.
            store: whether to put the workbook into the blob store; ``data`` of the result is then
                ``{digest, size, media_type}``. For ``excel`` only.
        """
        check_pair(source, target)
        if store and target != "excel":
            raise InvalidInput("only a workbook can be stored", path="$.store")
        if source == "excel" and isinstance(data, dict):
            data = await self._stored(data)
        made = await self._workers.run(
            "formats.convert:convert",
            data=data,
            source=source,
            target=target,
            options=options.model_dump(exclude_defaults=True),
        )
        if store:
            blob = await self.context.blobs.put(base64.b64decode(made), _EXCEL)
            made = {"digest": blob.digest, "size": blob.size, "media_type": blob.media_type}
        return {"format": target, "data": made}

    @tool(effect="read", cacheable=True)
    async def transform(self, data: Any, expression: str) -> Any:
        """Select from a value, or reshape it, by a JMESPath expression; null if nothing matches.

        Args:
            data: the value, any JSON.
            expression: JMESPath such as ``items[?price > `10`].{id: id, name: title}``.
        """
        return await self._workers.run("shaping:transform", data=data, expression=expression)

    @tool(effect="read", cacheable=True)
    async def template(
        self, template: str, values: dict[str, Any] | None = None, escape: Escape = "none"
    ) -> dict[str, str]:
        """Fill in a Jinja template: ``{text}``.

        The template has access to ``values`` and nothing else: no files, other templates or clock.

        Args:
            template: text such as ``Dear {{ name }}, {% for item in items %}…{% endfor %}``.
            values: values by name; a name that is used and not given is an error.
            escape: ``html`` escapes the values, for text that becomes part of a web page.
        """
        text = await self._workers.run(
            "shaping:render", template=template, values=values or {}, escape=escape
        )
        return {"text": text}

    async def _stored(self, data: dict[str, Any]) -> str:
        digest = data.get("digest")
        if not isinstance(digest, str):
            raise InvalidInput("a stored workbook is {digest: ...}", path="$.data")
        return base64.b64encode(await self.context.blobs.get(digest)).decode()
