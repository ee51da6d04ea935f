"""From one format into another, through a value, a table or a document."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from interlock.sdk import InvalidInput
from interlock_data.choices import DOCUMENTS, Format, Options, check_pair
from interlock_data.formats import delimited, documents, excel, text, xml, yaml12
from interlock_data.formats.tables import Table, table_of

_TABLES: frozenset[Format] = frozenset({"csv", "excel"})


def convert(data: Any, source: Format, target: Format, options: Mapping[str, Any]) -> Any:
    """The data in its new format: a text, base64 of a workbook, or for ``value`` any JSON.

    Raises:
        InvalidInput: the data is not in the format ``source``, or ``target`` cannot hold it.
    """
    check_pair(source, target)
    chosen = Options.model_validate(options)
    if source != "value" and not isinstance(data, str):
        raise InvalidInput(f"{source} comes as a text", path="$.data")
    if source in DOCUMENTS and target in DOCUMENTS:
        return _document(data, source, target)
    content = _read(data, source, chosen)
    if source == "xml" and target in _TABLES | DOCUMENTS:
        content = xml.rows_in(content)
    return _write(content, target, chosen)


def _document(data: str, source: Format, target: Format) -> str:
    html = data if source == "html" else documents.markdown_to_html(data)
    return html if target == "html" else documents.html_to_markdown(html)


def _read(data: Any, source: Format, options: Options) -> Any:
    header = options.header
    readers: dict[Format, Callable[[], Any]] = {
        "value": lambda: data,
        "json": lambda: text.read_json(data),
        "yaml": lambda: yaml12.read_yaml(data),
        "xml": lambda: xml.read_xml(data),
        "csv": lambda: delimited.read_csv(
            data, delimiter=options.delimiter, header=header, types=options.types
        ),
        "excel": lambda: excel.read_excel(_bytes(data), sheet=options.sheet, header=header),
        "markdown": lambda: documents.table_in_markdown(data, options.table, header=header),
        "html": lambda: documents.table_in_html(data, options.table, header=header),
    }
    return readers[source]()


def _write(content: Any, target: Format, options: Options) -> Any:
    if target in _TABLES or target in DOCUMENTS:
        table = content if isinstance(content, Table) else table_of(content)
        return _write_table(table, target, options)
    value = content.as_value() if isinstance(content, Table) else content
    if target == "json":
        return text.write_json(value, options.indent)
    if target == "yaml":
        return yaml12.write_yaml(value)
    if target == "xml":
        return xml.write_xml(value, root=options.root, item=options.item, indent=options.indent)
    return value


def _write_table(table: Table, target: Format, options: Options) -> str:
    if target == "markdown":
        return documents.write_markdown_table(table)
    if target == "html":
        return documents.write_html_table(table)
    header = options.header
    if target == "excel":
        data = excel.write_excel(table, sheet=options.sheet, header=header)
        return base64.b64encode(data).decode()
    return delimited.write_csv(
        table, delimiter=options.delimiter, header=header, guard=options.guard
    )


def _bytes(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise InvalidInput(f"not base64: {error}", path="$.data") from None
