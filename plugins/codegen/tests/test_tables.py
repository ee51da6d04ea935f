"""Tables of what differs from variant to variant."""

import pytest

from interlock_codegen.variants.axes import Axis
from interlock_codegen.variants.tables import Tables, Values

SIZE = Axis("Size", "size", "S", ("S", "M"), {})
TYPE = Axis("Type", "type", "Plain", ("Plain", "Tinted"), {})


def entries(*values: str) -> list[tuple[Values, str]]:
    keys = [(size, kind) for size in SIZE.options for kind in TYPE.options]
    return [({"Size": s, "Type": t}, v) for (s, t), v in zip(keys, values, strict=True)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (("a", "b", "c", ""), 'S: {\n    Plain: "a",\n    Tinted: "b",\n  },\n  M: {'),
        (("", "b", "", ""), '{\n  "S/Tinted": "b",\n}'),
    ],
)
def test_a_table_that_would_be_mostly_empty_says_only_what_there_is(
    values: tuple[str, ...], said: str
) -> None:
    tables = Tables()

    looked_up = tables.lookup("labelClasses", (SIZE, TYPE), entries(*values))

    assert said in tables.lines[0]
    assert ("??" in str(looked_up)) == ("Record<string, string>" in tables.lines[0])


def test_a_flat_table_has_the_order_of_the_variants() -> None:
    tables = Tables()
    wide = Axis("Size", "size", "S", ("S", "M", *"abcdefg"), {})

    tables.lookup("labelClasses", (wide, TYPE), entries("a", "b", "c", "d"))

    keys = [line.split('"')[1] for line in tables.lines[0].splitlines() if line.startswith("  ")]
    assert keys == ["S/Plain", "S/Tinted", "M/Plain", "M/Tinted"]
