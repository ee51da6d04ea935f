"""What callers may choose from. The libraries that do the work are loaded by the workers only."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from interlock.sdk import InvalidInput

Format = Literal["value", "json", "yaml", "csv", "xml", "excel", "markdown", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
DOCUMENTS: frozenset[Format] = frozenset({"markdown", "html"})

Kind = Literal["email", "phone", "card", "iban", "ip", "key"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Html = Literal["keep", "safe", "text", "escape"]
Replacement = Literal["label", "number", "stars", "remove"]

Escape = Literal["none", "html"]

Winner = Literal["left", "right", "newest", "fail"]
Lists = Literal["replace", "append", "union", "by_key"]


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
    return [target for target in FORMATS if source not in DOCUMENTS or target != "xml"]


def check_pair(source: Format, target: Format) -> None:
    """Raises: InvalidInput: this cannot be converted; it names what can."""
    if target not in targets_of(source):
        raise InvalidInput(
            f"{source} cannot be converted into {target}",
            hint=f"{source} can become {', '.join(targets_of(source))}",
            path="$.target",
            supported=targets_of(source),
        )
