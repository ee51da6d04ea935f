"""One format into another, and back without loss where the format can hold it."""

from __future__ import annotations

import base64
import io
from typing import Any, get_args
from zipfile import ZipFile

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interlock.sdk import InvalidInput, NotFound
from interlock_data.choices import FORMATS, Format, targets_of
from interlock_data.formats.convert import convert
from interlock_data.service import Data

_TEXT = st.text(st.characters(exclude_categories=["Cs"]))
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
    | st.sampled_from(["on", "0o7", "1e3", "2020-01-01", "<<", "~", "", "null", ".5", "=", "0x1F"])
)
VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4)
)
# Cells as CSV, sheets and tables keep them: no line ends of other systems, no control characters.
_CELL = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[Any] = _CELL) -> list[dict[str, Any]]:
    columns = draw(st.lists(_CELL.filter(len), min_size=1, max_size=4, unique=True))
    rows = st.fixed_dictionaries(dict.fromkeys(columns, cell))
    return draw(st.lists(rows, min_size=1, max_size=4))


def through(value: Any, target: Format, **options: Any) -> Any:
    return convert(convert(value, "value", target, options), target, "value", options)


@given(VALUES)
def test_json_and_yaml_bring_every_value_back(value: Any) -> None:
    for back in (through(value, "json"), through(value, "yaml")):
        assert back == value and repr(back) == repr(value)


@given(VALUES)
def test_yaml_is_read_alike_by_readers_of_yaml_1_1(value: Any) -> None:
    assert yaml.safe_load(convert(value, "value", "yaml", {})) == value


@given(tables(), st.sampled_from([",", ";", "\t", "|"]))
def test_csv_brings_tables_of_texts_back(table: list[dict[str, str]], delimiter: str) -> None:
    back = through(table, "csv", delimiter=delimiter)
    assert back == table


@given(tables(st.integers(-(10**15), 10**15) | st.booleans() | st.none() | st.floats(-1e6, 1e6)))
def test_csv_with_types_brings_numbers_back(table: list[dict[str, Any]]) -> None:
    assert through(table, "csv", types=True, delimiter=",") == table


@given(st.lists(st.lists(_CELL.filter(len), min_size=1, max_size=3), min_size=1, max_size=4))
def test_lists_of_lists_travel_without_a_header(rows: list[list[str]]) -> None:
    assert through(rows, "csv", header=False, delimiter=",") == rows


@given(tables(_CELL.filter(len) | st.integers(-(10**9), 10**9) | st.booleans()))
def test_a_sheet_brings_tables_back(table: list[dict[str, Any]]) -> None:
    assert through(table, "excel") == table


@given(tables(st.text("ab |*_<>&\\`#[]-1.", max_size=8).map(lambda text: " ".join(text.split()))))
def test_tables_in_documents_show_what_was_written(table: list[dict[str, str]]) -> None:
    table = [{f"c{n}": cell for n, cell in enumerate(row.values())} for row in table]
    assert through(table, "markdown") == table
    assert through(table, "html") == table


@given(
    st.dictionaries(
        st.from_regex("[a-z]{1,4}", fullmatch=True),
        st.text("ab<&>\"' é", min_size=1).filter(str.strip),
    )
)
def test_xml_brings_texts_back(fields: dict[str, str]) -> None:
    assert through({"record": fields or None}, "xml") == {"record": fields or None}


def test_xml_in_the_words_of_json() -> None:
    text = '<order id="7"><item>a</item><item>b</item><note lang="en">hi</note><empty/></order>'
    value = {
        "order": {
            "@id": "7",
            "item": ["a", "b"],
            "note": {"@lang": "en", "#text": "hi"},
            "empty": None,
        }
    }
    assert convert(text, "xml", "value", {}) == value
    assert convert(convert(value, "value", "xml", {}), "xml", "value", {}) == value
    listed = convert([1, None, True], "value", "xml", {"root": "all", "item": "one"})
    assert listed == "<all><one>1</one><one /><one>true</one></all>"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a b": 1}, "cannot be a name"),
        ({"a": "\x00"}, r"U\+0000"),
        ({"a": {"@ ": 1}}, "cannot be"),
    ],
)
def test_what_xml_cannot_hold_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        convert(value, "value", "xml", {})


def test_every_pair_is_supported_or_names_those_that_are() -> None:
    assert get_args(Format) == FORMATS
    samples: dict[Format, Any] = {
        target: convert([{"a": "1"}], "value", target, {}) for target in FORMATS
    }
    for source in FORMATS:
        for target in FORMATS:
            if target in targets_of(source):
                assert convert(samples[source], source, target, {}) is not None
            else:
                with pytest.raises(InvalidInput, match="cannot be converted") as refused:
                    convert(samples[source], source, target, {})
                assert refused.value.hint.startswith(f"{source} can become value, json, yaml, csv")


@pytest.mark.parametrize(
    ("source", "text", "reason"),
    [
        ("json", '{"a": 1,\n]', "line 2 column 1"),
        ("json", '{"b": {"a": 1, "a": 2}}', "an object has 'a' twice"),
        ("json", "[NaN]", "NaN is no number"),
        ("json", '{"a": [1e999]}', r"\$\.a\[0\]: a number is not finite"),
        ("json", "[123456789012345678901234567890]", "more than 64 bits"),
        ("json", "9" * 5000, "too long"),
        ("yaml", "a: [1", "line 1 column"),
        ("yaml", "!!python/object/apply:os.system [ls]", "could not determine a constructor"),
        ("yaml", "a: .inf", "not finite"),
        ("yaml", "a: 1\nb: 2\na: 3", "the key 'a' comes twice, line 3"),
        ("yaml", "[a]: 1", "a key is a list"),
        ("yaml", "a: 1\n---\nb: 2", "expected a single document"),
        ("csv", 'a,b\n1,"2', "not CSV"),
        ("csv", "a,b\n1,2,3", "row 1 has 3 fields for 2 columns"),
        ("csv", "a,a\n1,2", "columns share a name: a"),
        ("xml", "<a><b></a>", "mismatched tag"),
        ("excel", "%%", "not base64"),
        ("excel", "AAAA", "not an Excel workbook"),
    ],
)
def test_a_text_that_is_not_in_its_format_is_refused_with_the_place(
    source: Format, text: str, reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        convert(text, source, "value", {})


def test_yaml_keys_become_strings_and_words_stay_words() -> None:
    value = convert("on: yes\n1: 0o17\ntrue: 2020-01-01\nbig: 0xff\nf: 1e3", "yaml", "value", {})
    assert value == {"on": "yes", "1": 15, "true": "2020-01-01", "big": 255, "f": 1000.0}


def test_csv_types_keep_what_only_looks_like_a_number() -> None:
    text = "a;b;c;d;e\n1;007;1.50;true;12345678901234567890\n"
    assert convert(text, "csv", "value", {"types": True}) == [
        {"a": 1, "b": "007", "c": 1.5, "d": True, "e": "12345678901234567890"}
    ]


def test_csv_cells_can_be_kept_from_being_formulas() -> None:
    numbers = [{"a": "-5", "b": "+4.5"}]
    assert convert(numbers, "value", "csv", {"guard": True}) == "a,b\n-5,+4.5\n"
    rows = [{"a": "=1+1", "b": "-x", "c": -1, "d": "plain"}]
    assert convert(rows, "value", "csv", {"guard": True}) == "a,b,c,d\n'=1+1,'-x,-1,plain\n"
    assert convert(rows, "value", "csv", {}) == "a,b,c,d\n=1+1,-x,-1,plain\n"


def test_values_in_cells_are_written_as_json() -> None:
    rows = [{"a": {"b": [1]}, "c": None}, {"d": True}]
    assert convert(rows, "value", "csv", {}) == 'a,c,d\n"{""b"": [1]}",,\n,,true\n'


def test_texts_in_a_sheet_are_never_formulas_and_bytes_are_the_same_each_time() -> None:
    rows = [{"a": "=1+1", "when": "x"}]
    first = convert(rows, "value", "excel", {"sheet": "Orders"})
    data = base64.b64decode(first)
    page = openpyxl.load_workbook(io.BytesIO(data))["Orders"]
    assert (page["A2"].value, page["A2"].data_type) == ("=1+1", "s")
    with ZipFile(io.BytesIO(data)) as archive:
        assert b"1980-01-01T00:00:00Z" in archive.read("docProps/core.xml")
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    assert convert(rows, "value", "excel", {"sheet": "Orders"}) == first


def test_times_in_a_sheet_are_read_as_iso_8601_and_sheets_by_name() -> None:
    from datetime import datetime

    book = openpyxl.Workbook()
    book.active.append(["when", "what"])
    book.active.append([datetime(2026, 1, 2, 3, 4, 5), 1.5])
    book.create_sheet("Second").append(["x"])
    written = io.BytesIO()
    book.save(written)
    text = base64.b64encode(written.getvalue()).decode()
    assert convert(text, "excel", "value", {}) == [{"when": "2026-01-02T03:04:05", "what": 1.5}]
    assert convert(text, "excel", "value", {"sheet": "Second", "header": False}) == [["x"]]
    with pytest.raises(NotFound) as missing:
        convert(text, "excel", "value", {"sheet": "Third"})
    assert missing.value.nearest == ["Sheet", "Second"]


def test_a_workbook_that_unpacks_too_large_is_not_read() -> None:
    packed = io.BytesIO()
    with ZipFile(packed, "w", 8) as archive:
        archive.writestr("xl/workbook.xml", bytes(101 * 2**20))
    with pytest.raises(InvalidInput, match="unpacked"):
        convert(base64.b64encode(packed.getvalue()).decode(), "excel", "value", {})


def test_documents_become_each_other() -> None:
    markdown = "# Title\n\nSome *words* and a [link](https://x.test).\n\n- one\n- two\n"
    html = convert(markdown, "markdown", "html", {})
    assert "<h1>Title</h1>" in html and '<a href="https://x.test">link</a>' in html
    assert convert(html, "html", "markdown", {}) == markdown
    assert "&lt;script&gt;" in convert("<script>x</script>", "markdown", "html", {})
    page = "<head><title>t</title></head><p>a</p><script>alert(1)</script>"
    assert convert(page, "html", "markdown", {}) == "a\n"


@pytest.mark.parametrize("address", ["javascript:x()", " jAva\nscript:x()", "data:text/html,x"])
def test_no_address_that_runs_comes_along(address: str) -> None:
    html = f'<a href="{address}">here</a> <img src="{address}" alt="seen">'
    assert convert(html, "html", "markdown", {}) == "here ![seen]()\n"
    kept = '<a href="/a:b">one</a> <a href="mailto:a@b.example">two</a>'
    assert convert(kept, "html", "markdown", {}) == "[one](/a:b) [two](mailto:a@b.example)\n"


@pytest.mark.parametrize("count", [1, 2])
def test_the_elements_of_a_document_are_rows(count: int) -> None:
    item = "<order id='7'><name>Ada</name></order>"
    table = convert(f"<orders at='now'>{item * count}</orders>", "xml", "csv", {})
    assert table == "@id,name\n" + "7,Ada\n" * count


def test_a_table_of_a_document_is_chosen_by_number() -> None:
    html = (
        "<table><tr><th>a</th></tr><tr><td>1<table><tr><td>in</td></tr></table></td></tr></table>"
    )
    assert convert(html, "html", "value", {"table": 1, "header": False}) == [["in"]]
    with pytest.raises(NotFound, match="2 tables, none at 5"):
        convert(html, "html", "value", {"table": 5})
    assert convert("| a |\n| - |\n| *1* |", "markdown", "csv", {}) == "a\n1\n"


async def test_a_workbook_can_go_through_the_blob_store(data: Data) -> None:
    made = await data.convert([{"a": 1}], "value", "excel", store=True)
    stored = made["data"]
    assert stored["size"] > 1000 and stored["media_type"].endswith("spreadsheetml.sheet")
    read = await data.convert({"digest": stored["digest"]}, "excel", "value")
    assert read == {"format": "value", "data": [{"a": 1}]}
    with pytest.raises(NotFound):
        await data.convert({"digest": "sha256:none"}, "excel", "value")
    with pytest.raises(InvalidInput, match="digest"):
        await data.convert({"name": "x"}, "excel", "value")
    with pytest.raises(InvalidInput, match="only a workbook"):
        await data.convert([], "value", "csv", store=True)


@pytest.mark.parametrize(
    "text",
    [
        '"Name, first";Age\n"Ada, L";36\n',
        '"Name, first"\tAge\n"Ada, L"\t36\n',
        "sep=;\r\nName, first;Age\nAda, L;36\n",
    ],
)
def test_the_delimiter_is_found_out_beside_what_stands_in_quotes(text: str) -> None:
    assert convert(text, "csv", "value", {}) == [{"Name, first": "Ada, L", "Age": "36"}]


def test_tables_are_read_as_browsers_read_them() -> None:
    html = "<table><tr><th>a<th>b<th>c<tr><td colspan=2>1<td rowspan=2>2<tr><td>3<td>4</table>"
    expected = [{"a": "1", "b": "1", "c": "2"}, {"a": "3", "b": "4", "c": "2"}]
    assert convert(html, "html", "value", {}) == expected
