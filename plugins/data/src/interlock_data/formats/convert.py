"""From one format into another, through a value, a table or a document."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from interlock.sdk import InvalidInput
from interlock_data.formats import delimited, documents, excel, text, xml, yaml12
from interlock_data.formats.tables import Table, table_of

Format = Literal["value", "json", "yaml", "csv", "xml", "excel", "markdown", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)

_TABLES: frozenset[Format] = frozenset({"csv", "excel"})
_DOCUMENTS: frozenset[Format] = frozenset({"markdown", "html"})


class Options(BaseModel):
    """Details of formats; each matters to the formats it names only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delimiter: str = Field("", max_length=1, description="csv; default: found out, or a comma")
    header: bool = Field(True, description="csv, excel, tables: the first line names the columns")
    types: bool = Field(False, description="from csv: read numbers, booleans and nulls as such")
    guard: bool = Field(False, description="to csv: put ' before texts that look like formulas")
    sheet: str = Field("", description="excel; default: the first")
    table: int = Field(0, ge=0, description="from markdown and html: which table, from 0")
    root: str = Field("root", description="to xml: name of the root, if the value names none")
    item: str = Field("item", description="to xml: name of elements of lists without a name")
    indent: int = Field(0, ge=0, le=8, description="to json and xml; 0: on one line")


def targets_of(source: Format) -> list[Format]:
    """Formats that ``source`` can be converted into, itself among them to have it rewritten."""
    # A document has tables and nothing else that a tree could be made of.
    return [target for target in FORMATS if source not in _DOCUMENTS or target != "xml"]


def check_pair(source: Format, target: Format) -> None:
    """Raises: InvalidInput: this cannot be converted; it names what can."""
    if target not in targets_of(source):
        raise InvalidInput(
            f"{source} cannot be converted into {target}",
            hint=f"{source} can become {', '.join(targets_of(source))}",
            path="$.target",
            supported=targets_of(source),
        )


def convert(data: Any, source: Format, target: Format, options: Mapping[str, Any]) -> Any:
    """The data in its new format: a text, base64 of a workbook, or for ``value`` any JSON.

    Raises:
        InvalidInput: the data is not in the format ``source``, or ``target`` cannot hold it.
    """
    check_pair(source, target)
    chosen = Options.model_validate(options)
    if source != "value" and not isinstance(data, str):
        raise InvalidInput(f"{source} comes as a text", path="$.data")
    if source in _DOCUMENTS and target in _DOCUMENTS:
        return _document(data, source, target)
    return _write(_read(data, source, chosen), target, chosen)


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
    if target in _TABLES or target in _DOCUMENTS:
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
