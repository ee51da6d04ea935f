"""Every test that the table of attacks names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "core/docs/security.md"
_NAMED = re.compile(r"`([\w/-]+\.py)?(?:::)?(test_\w+)?`")


def test_what_the_table_names_is_there() -> None:
    rows = [line for line in TABLE.read_text().splitlines() if re.match(r"\| \d", line)]
    assert [int(row.split("|")[1]) for row in rows] == list(range(1, 25))
    path, named = "", 0
    for row in rows:
        for found in _NAMED.finditer(row.split("|")[3]):
            path = found[1] or path
            assert (ROOT / path).is_file(), path
            if found[2]:
                assert f"def {found[2]}(" in (ROOT / path).read_text(), found[0]
                named += 1
    assert named > 20
