"""PostgreSQL's types as JSON: in rows, and as arguments."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from interlock.sdk import Rejected

from .conftest import Open, Place

OWN_TYPES = (
    "CREATE EXTENSION hstore",
    "CREATE TYPE mood AS ENUM ('sad', 'well')",
    "CREATE DOMAIN term AS daterange CHECK (lower_inc(value))",
    "CREATE TYPE floats AS RANGE (subtype = float8)",
    "CREATE TYPE spot AS (n integer, day date, place point)",
    "CREATE TYPE visit AS (name text, spots spot[], doc jsonb, raw bytea, open term, moods mood[])",
)


async def value(runtime: Any, sql: str, **params: Any) -> Any:
    """What one expression comes to."""
    found = await runtime.call("db.query", {"sql": f"SELECT {sql} AS x", "params": params})
    return found["rows"][0]["x"]


async def test_postgres_values_have_a_shape(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url)
    sql = """
        SELECT 12.30::numeric AS amount, DATE '2026-11-23' AS day,
            TIMESTAMPTZ '2026-11-23 10:00:00.5+00' AS moment, TIMESTAMP 'infinity' AS never,
            INTERVAL '1 day 2 hours' AS span, TRUE AS yes, NULL AS nothing,
            '6f1d4a2e-0000-4000-8000-000000000001'::uuid AS id, '\\x00ff'::bytea AS raw,
            '{"a": [1, null]}'::jsonb AS document, ARRAY[1, 2] AS numbers,
            'NaN'::float8 AS nan, 9007199254740993::bigint AS big, '10.0.0.1'::inet AS address
    """
    [row] = (await runtime.call("db.query", {"sql": sql}))["rows"]
    assert row == {
        "amount": "12.30",
        "day": "2026-11-23",
        "moment": "2026-11-23T10:00:00.500000+00:00",
        "never": "infinity",
        "span": "1 day 02:00:00",
        "yes": True,
        "nothing": None,
        "id": "6f1d4a2e-0000-4000-8000-000000000001",
        "raw": {"base64": base64.b64encode(b"\x00\xff").decode()},
        "document": {"a": [1, None]},
        "numbers": [1, 2],
        "nan": "nan",
        "big": 9007199254740993,
        "address": "10.0.0.1",
    }


async def test_postgres_takes_json_for_its_types(postgres: Place, opened: Open) -> None:
    await postgres.run(
        "CREATE TABLE t (day date, moment timestamptz, id uuid, raw bytea, doc jsonb,"
        " tags text[], price numeric, span interval)"
    )
    runtime = await opened(postgres.url, read_only=False)
    values: dict[str, Any] = {
        "day": "2026-11-23",
        "moment": "2026-11-23T10:00:00+00:00",
        "id": "6f1d4a2e-0000-4000-8000-000000000001",
        "raw": {"base64": "AP8="},
        "doc": {"a": {"b": [1]}},
        "tags": ["x", "y"],
        "price": "12.30",
        "span": "1 day",
    }
    places = ", ".join(f":{name}" for name in values)
    await runtime.call("db.execute", {"sql": f"INSERT INTO t VALUES ({places})", "params": values})  # noqa: S608
    [row] = (await runtime.call("db.query", {"sql": "SELECT * FROM t"}))["rows"]
    assert row == values
    sql = "SELECT :n::int + 1 AS n, :list::jsonb AS list FROM t WHERE moment < :now"
    params = {"n": 41, "list": {"json": [1, 2]}, "now": "2027-01-01"}
    [row] = (await runtime.call("db.query", {"sql": sql, "params": params}))["rows"]
    assert row == {"n": 42, "list": [1, 2]}
    with pytest.raises(Rejected, match="type numeric"):
        await runtime.call(
            "db.query", {"sql": "SELECT 1 AS x FROM t WHERE price > :p", "params": {"p": "much"}}
        )


RANGES = [
    ("int4range", {"lower": 1, "upper": 5, "bounds": "[)"}, "[1,5)"),
    (
        "int8range",
        {"lower": None, "upper": 9007199254740993, "bounds": "()"},
        "(,9007199254740993)",
    ),
    ("numrange", {"lower": None, "upper": "2.50", "bounds": "(]"}, "(,2.50]"),
    (
        "daterange",
        {"lower": "2026-01-01", "upper": "infinity", "bounds": "[)"},
        "[2026-01-01,infinity)",
    ),
    ("daterange", {"empty": True}, "empty"),
    (
        "tsrange",
        {"lower": "2026-01-01T00:00:00", "upper": None, "bounds": "[)"},
        "[2026-01-01 00:00,)",
    ),
    ("tstzrange", {"lower": None, "upper": None, "bounds": "()"}, "(,)"),
    ("floats", {"lower": 1.5, "upper": 2.0, "bounds": "(]"}, "(1.5,2]"),
    ("term", {"lower": "2026-01-01", "upper": None, "bounds": "[)"}, "[2026-01-01,)"),
    (
        "datemultirange",
        [
            {"lower": "2026-01-01", "upper": "2026-02-01", "bounds": "[)"},
            {"lower": "2026-03-01", "upper": None, "bounds": "[)"},
        ],
        "{[2026-01-01,2026-02-01),[2026-03-01,)}",
    ),
    ("int4multirange", [], "{}"),
    ("daterange[]", [{"empty": True}, None], ["empty", None]),
]


async def test_a_range_has_two_ends(postgres: Place, opened: Open) -> None:
    await postgres.run(*OWN_TYPES)
    runtime = await opened(postgres.url)
    for type_name, shape, literal in RANGES:
        for given in (shape, literal):
            assert await value(runtime, f":v::{type_name}", v=given) == shape, type_name


async def test_a_range_is_compared_with_an_argument(postgres: Place, opened: Open) -> None:
    await postgres.run("CREATE TABLE t (term daterange)", "INSERT INTO t VALUES ('[2026-01-05,)')")
    runtime = await opened(postgres.url)
    sql = "SELECT count(*) AS n FROM t WHERE term && :wanted"
    for end, found in (("2026-01-05", 0), ("2026-01-06", 1)):
        params = {"wanted": {"lower": None, "upper": end}}
        assert (await runtime.call("db.query", {"sql": sql, "params": params}))["rows"] == [
            {"n": found}
        ]


WRONG = [
    ("daterange", {"lowr": "2026-01-01"}, "a range has the shape"),
    ("daterange", {"lower": "2026-01-01", "bounds": "["}, "bounds are one of"),
    ("daterange", ["2026-01-01", "2026-02-01"], "a range has the shape"),
    ("daterange", {"lower": "soon"}, "type date"),
    ("int4multirange", 5, "array of ranges"),
    ("spot", {"m": 1}, "has no 'm', but n, day, place"),
    ("spot", [1], "has 3 fields, not 1"),
    ("integer", 5.7, "no integer"),
]


async def test_an_argument_of_another_shape_is_refused(postgres: Place, opened: Open) -> None:
    await postgres.run(*OWN_TYPES)
    runtime = await opened(postgres.url)
    for type_name, given, reason in WRONG:
        with pytest.raises(Rejected, match=reason):
            await value(runtime, f":v::{type_name}", v=given)


async def test_rows_within_rows_are_objects(postgres: Place, opened: Open) -> None:
    await postgres.run(*OWN_TYPES, "CREATE TABLE visits (id integer, visit visit)")
    runtime = await opened(postgres.url, read_only=False)
    visit = {
        "name": 'a "quoted", (odd) \\ name',
        "spots": [{"n": 1, "day": "2026-01-02", "place": "(1,2)"}, None],
        "doc": {"a": [1, None, '"']},
        "raw": {"base64": base64.b64encode(b"\x00\xff").decode()},
        "open": {"lower": "2026-01-01", "upper": None, "bounds": "[)"},
        "moods": ["sad", None],
    }
    await runtime.call(
        "db.execute",
        {"sql": "INSERT INTO visits VALUES (1, :v), (2, NULL)", "params": {"v": visit}},
    )
    sql = "SELECT array_agg(v ORDER BY id) AS all FROM visits v"
    assert (await runtime.call("db.query", {"sql": sql}))["rows"] == [
        {"all": [{"id": 1, "visit": visit}, {"id": 2, "visit": None}]}
    ]
    some = {"name": "", "doc": None}
    whole = dict.fromkeys(visit) | some
    assert await value(runtime, ":v::visit", v=some) == whole
    assert await value(runtime, ":v::visit[]", v=[some, None]) == [whole, None]


async def test_a_row_of_no_type_is_an_array_of_texts(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url)
    sql = "ROW(1, DATE '2026-01-02', NULL, '', 'a,b', '{\"a\"\\: 1}'::jsonb)"
    assert await value(runtime, sql) == ["1", "2026-01-02", None, "", "a,b", '{"a": 1}']


SAME = [
    ("hstore", {"a": "1", 'b"=>': None, "c\\": ""}),
    ("mood", "well"),
    ("mood[]", ["well", None]),
    ("bit(3)", "101"),
    ("varbit", "0"),
    ("float4", 0.1),
    ("float8", "nan"),
    ("float8[]", [0.1, "inf", None]),
    ("numeric", "12345678901234567890.10"),
    ("numeric", "NaN"),
    ("polygon", "((0,0),(1,1),(2,0))"),
    ("path", "[(0,0),(1,1)]"),
    ("point", [1.5, 2.0]),
    ("pg_lsn", "16/B374D848"),
    ('"char"', "a"),
    ("interval", "1 year 2 mons -3 days +04:05:06.789"),
    ("date", "0044-03-15 BC"),
    ("jsonb", True),
    ("inet", "10.0.0.1/24"),
    ("integer[]", [[1, 2], [3, 4]]),
]


async def test_what_goes_in_comes_out(postgres: Place, opened: Open) -> None:
    await postgres.run(*OWN_TYPES)
    runtime = await opened(postgres.url)
    for type_name, given in SAME:
        assert await value(runtime, f":v::{type_name}", v=given) == given, type_name


async def test_a_type_of_an_extension_takes_its_text_or_json(postgres: Place, opened: Open) -> None:
    """As ``vector`` of pgvector does, which is written like an array of JSON."""
    io = "LANGUAGE internal IMMUTABLE STRICT"
    await postgres.run(
        "CREATE TYPE vector",
        f"CREATE FUNCTION vector_in(cstring) RETURNS vector AS 'textin' {io}",
        f"CREATE FUNCTION vector_out(vector) RETURNS cstring AS 'textout' {io}",
        "CREATE TYPE vector (INPUT = vector_in, OUTPUT = vector_out, LIKE = text)",
        "CREATE EXTENSION ltree",
    )
    runtime = await opened(postgres.url)
    assert await value(runtime, ":v::vector", v=[0.5, 2]) == "[0.5, 2]"
    assert await value(runtime, ":v::vector[]", v=["[1]", None]) == ["[1]", None]
    assert await value(runtime, ":v::ltree", v="Top.Science") == "Top.Science"
    assert await value(runtime, "int4range(1, 2)") and await value(runtime, "1") == 1


async def test_a_number_is_compared_with_what_was_written(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url)
    assert await value(runtime, "5.7 = :v::numeric", v=5.7) is True


async def test_numbers_too_large_for_json_are_texts(postgres: Place, opened: Open) -> None:
    runtime = await opened(postgres.url)
    sql = "'[123456789012345678901, 18446744073709551615, -9223372036854775809]'::jsonb"
    assert await value(runtime, sql) == [
        "123456789012345678901",
        18446744073709551615,
        "-9223372036854775809",
    ]


async def test_a_database_of_another_style_changes_no_shape(postgres: Place, opened: Open) -> None:
    name = postgres.url.rpartition("/")[2]
    await postgres.run(f"ALTER DATABASE {name} SET DateStyle = 'German, DMY'")
    runtime = await opened(postgres.url)
    assert await value(runtime, "'03.02.2026'::date") == "2026-02-03"


async def test_a_type_that_changes_is_learnt_again(postgres: Place, opened: Open) -> None:
    await postgres.run("CREATE TYPE pair AS (a integer)", "CREATE TABLE t (p pair)")
    runtime = await opened(postgres.url, read_only=False, pool_size=1, attempts=3)
    await runtime.call("db.execute", {"sql": "INSERT INTO t VALUES (ROW(1))"})
    sql = {"sql": "SELECT p FROM t"}
    assert (await runtime.call("db.query", sql))["rows"] == [{"p": {"a": 1}}]
    await postgres.run("ALTER TYPE pair ADD ATTRIBUTE b date CASCADE")
    assert (await runtime.call("db.query", sql))["rows"] == [{"p": {"a": 1, "b": None}}]
