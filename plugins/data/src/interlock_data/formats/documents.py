"""Markdown and HTML: one into the other, and the tables in both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

import nh3
from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from markdownify import ATX, MarkdownConverter

from interlock.sdk import NotFound
from interlock_data.formats.tables import Table, headed, text_of

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SCHEMES = frozenset({"http", "https", "ftp", "mailto", "tel"})
_UNSEEN = {"script", "style", "title", "template", "noscript"}
_WIDEST, _LONGEST = 1000, 65534  # of one cell, as browsers have it
_Reaching = dict[int, tuple[str, int]]  # by column: a cell's text, and for how many rows more
_BLANK_LINES = re.compile(r"\n{3,}")


def markdown_to_html(text: str) -> str:
    """GitHub's Markdown as HTML; HTML within it is escaped, not passed on."""
    html: str = _markdown().render(text)
    return html


def html_to_markdown(html: str) -> str:
    """What a reader sees of a page, as Markdown; scripts and styles are left out.

    So are addresses that are neither of the web nor of mail nor of a telephone.
    """
    page = _page(html)
    for name in ("href", "src"):
        for element in page.select(f"[{name}]"):
            if not _harmless(str(element[name])):
                del element[name]
    text: str = MarkdownConverter(heading_style=ATX, bullets="-").convert_soup(page)
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def table_in_html(html: str, number: int, *, header: bool) -> Table:
    """The table at ``number``, from 0; NotFound if there is none."""
    tables = _page(html).find_all("table")
    if number >= len(tables):
        raise NotFound(f"the document has {len(tables)} tables, none at {number}")
    rows = [
        row for row in tables[number].find_all("tr") if row.find_parent("table") is tables[number]
    ]
    return headed([line for line in _grid(rows) if line], header=header)


def table_in_markdown(text: str, number: int, *, header: bool) -> Table:
    return table_in_html(markdown_to_html(text), number, header=header)


def write_html_table(table: Table) -> str:
    head = ""
    if table.columns is not None:
        cells = "".join(f"<th>{escape(name)}</th>" for name in table.columns)
        head = f"<thead>\n<tr>{cells}</tr>\n</thead>\n"
    rows = "".join(
        "<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in row) + "</tr>\n"
        for row in table.rows
    )
    return f"<table>\n{head}<tbody>\n{rows}</tbody>\n</table>\n"


def write_markdown_table(table: Table) -> str:
    """A table needs columns in Markdown; without, the first row takes their place."""
    lines = [[_escaped(text_of(cell)) for cell in line] for line in table.lines()]
    if not lines or not lines[0]:
        return ""
    width = max(map(len, lines))
    padded = [line + [""] * (width - len(line)) for line in lines]
    rule = ["---"] * width
    return "".join(f"| {' | '.join(line)} |\n" for line in [padded[0], rule, *padded[1:]])


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _harmless(address: str) -> bool:
    # Browsers skip what is left out here.
    scheme = _SCHEME.match(re.sub(r"[\x00-\x20]", "", address))
    return scheme is None or scheme[1].lower() in _SCHEMES


def _page(html: str) -> BeautifulSoup:
    """Read as browsers do, to whom the ends of cells, items and paragraphs need not be told."""
    tags = nh3.ALLOWED_TAGS - _UNSEEN
    return BeautifulSoup(nh3.clean(html, tags=tags, clean_content_tags=_UNSEEN), "html.parser")


def _grid(rows: Iterable[Tag]) -> list[list[str]]:
    """The texts of all cells; one that reaches over several columns or rows stands in each."""
    grid: list[list[str]] = []
    reaching: _Reaching = {}
    for row in rows:
        line, reaching = _line(row, reaching)
        grid.append(line)
    return grid


def _line(row: Tag, above: _Reaching) -> tuple[list[str], _Reaching]:
    line: list[str] = []
    below: _Reaching = {}

    def put(text: str, height: int) -> None:
        if height > 1:
            below[len(line)] = (text, height - 1)
        line.append(text)

    for cell in row.find_all(["td", "th"], recursive=False):
        while len(line) in above:
            put(*above[len(line)])
        text = " ".join(cell.get_text(" ").split())
        for _ in range(_span(cell, "colspan", _WIDEST)):
            put(text, _span(cell, "rowspan", _LONGEST))
    while len(line) in above:
        put(*above[len(line)])
    return line, below


def _span(cell: Tag, name: str, most: int) -> int:
    told = str(cell.get(name, ""))
    return min(int(told), most) if re.fullmatch(r"[1-9][0-9]{0,8}", told) else 1


def _html(cell: object) -> str:
    return escape(text_of(cell)).replace("\n", "<br>")


def _escaped(text: str) -> str:
    """As one line of plain text, whatever Markdown would make of it."""
    special = re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", text)
    return " ".join(special.split())
