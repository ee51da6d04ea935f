"""The shortcuts around httpx's work give what httpx gives."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.host.http.shortcuts import Cookies, with_query

NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.one_of(NAMES, st.integers(), st.booleans(), st.none(), st.lists(NAMES, max_size=3))
PARAMS = st.one_of(
    st.dictionaries(NAMES, VALUES, max_size=4), st.lists(st.tuples(NAMES, NAMES), max_size=4)
)


@settings(deadline=None)
@given(PARAMS)
def test_a_query_is_written_as_httpx_writes_it(params: object) -> None:
    url = httpx.URL("https://user:pass@example.org:8443/a%2Fb/c?old=1#part")

    ours, theirs = with_query(url, params), httpx.URL(url, params=params)

    assert str(ours) == str(theirs)
    assert ours == theirs
    assert ours.raw_path == theirs.raw_path


@pytest.mark.parametrize("headers", [{}, {"set-cookie": "session=1; Path=/"}])
def test_cookies_are_found_where_there_are_any(headers: dict[str, str]) -> None:
    request = httpx.Request("GET", "https://example.org/")
    response = httpx.Response(200, headers=headers, request=request)
    ours, theirs = Cookies(), httpx.Cookies()

    ours.extract_cookies(response)
    theirs.extract_cookies(response)

    assert dict(ours) == dict(theirs) == ({"session": "1"} if headers else {})
