"""Work that httpx does for each request and that most requests have no use for.

Together it is a third of what httpx itself takes. Some of it is reached by httpx's private names
only; its minor version is pinned, and the tests compare with what httpx would have done.
"""

from __future__ import annotations

from typing import Any

import httpx


class Cookies(httpx.Cookies):
    """To look for cookies httpx makes a request and a response of ``urllib``."""

    def extract_cookies(self, response: httpx.Response) -> None:
        if "set-cookie" in response.headers:
            super().extract_cookies(response)


def with_query(url: httpx.URL, params: Any) -> httpx.URL:
    """``url`` with ``params`` for its query, as ``httpx.URL(url, params=params)`` has it.

    httpx parses all of the URL again, though only the query is new, and that is quoted already.
    """
    query = str(httpx.QueryParams(params)) if params else None
    changed = httpx.URL(url)
    changed._uri_reference = url._uri_reference._replace(query=query)
    return changed
