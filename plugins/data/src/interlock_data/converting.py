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
        """Convert between JSON, YAML, CSV, XML, Excel, Markdown and HTML.

        Gives ``{format, data}``. Where a table is needed, the value is a list of objects or of
        lists; from Markdown and HTML, a table of the document is taken, unless they are
        converted into each other.

        Args:
            data: a text in the format ``source``; for ``value`` any JSON; for ``excel`` base64, or
                ``{digest}`` of a blob.
            source: the format of ``data``.
            target: the format to convert into.
            options: details of formats.
            store: put the workbook into the blob store: ``data`` is its digest, size and type.
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
        """Select from and reshape a value with a JMESPath expression; null if nothing matches.

        Args:
            data: any JSON.
            expression: for example ``items[?price > `10`].{id: id, name: title}``.
        """
        return await self._workers.run("shaping:transform", data=data, expression=expression)

    @tool(effect="read", cacheable=True)
    async def template(
        self, template: str, values: dict[str, Any] | None = None, escape: Escape = "none"
    ) -> dict[str, str]:
        """Fill a text template in the language of Jinja; gives ``{text}``.

        It sees ``values`` and nothing else: no files, no other templates, no clock.

        Args:
            template: for example ``Dear {{ name }}, {% for item in items %}…{% endfor %}``.
            values: by name; one that is used and not given is an error.
            escape: ``html`` where the text becomes part of a page.
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
