"""The daemon, seen from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from interlock.cli.exits import NoDaemon
from interlock.config.environment import environment
from interlock.sdk.errors import InterlockError, from_problem

ADDRESS_FILE = Path(".interlock/daemon.json")


@dataclass(frozen=True)
class Address:
    """Where a daemon listens, and the token it wants."""

    url: str
    token: str = field(repr=False)


def find_daemon() -> Address:
    """``INTERLOCK_URL`` and ``INTERLOCK_TOKEN``, or the nearest ``.interlock/daemon.json``.

    Raises:
        NoDaemon: neither is there.
    """
    variables = environment()
    if variables.url:
        return Address(variables.url, variables.token or "")
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ADDRESS_FILE).is_file():
            return read_address(folder / ADDRESS_FILE)
    raise NoDaemon(
        "no daemon found for this folder",
        hint="start one with `interlock run`, or set INTERLOCK_URL and INTERLOCK_TOKEN",
    )


def read_address(path: Path) -> Address:
    content = orjson.loads(path.read_bytes())
    return Address(content["url"], content["token"])


class Client:
    """Requests to ``/api/v1``; problems come back as the errors they were made from."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._http = httpx.Client(
            base_url=f"{address.url}/api/v1/",
            headers={"Authorization": f"Bearer {address.token}"},
            # A call may take as long as its own deadline; only the connection is ours to bound.
            timeout=httpx.Timeout(None, connect=5.0),
            trust_env=False,
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._request("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Any) -> Any:
        return self._request("POST", path, content=orjson.dumps(body))

    def delete(self, path: str) -> Any:
        return self._request("DELETE", path)

    def stream(self, path: str, body: Any = None) -> Iterator[dict[str, Any]]:
        """The data of each server-sent event; with a body, of the answer to a POST of it."""
        content = None if body is None else orjson.dumps(body)
        method = "GET" if body is None else "POST"
        headers = {"Accept": "text/event-stream"}
        with (
            self._reaching(),
            self._http.stream(method, path, headers=headers, content=content) as response,
        ):
            if response.is_error:
                response.read()
                raise _error_of(response)
            for line in response.iter_lines():
                if line.startswith("data: "):
                    yield orjson.loads(line[6:])

    def _request(self, method: str, path: str, **options: Any) -> Any:
        with self._reaching():
            response = self._http.request(method, path, **options)
        if response.is_error:
            raise _error_of(response)
        return orjson.loads(response.content)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError:
            raise NoDaemon(
                f"no daemon answers at {self._address.url}",
                hint="start one with `interlock run`",
            ) from None
        except httpx.TransportError as error:
            raise InterlockError(
                f"the connection to the daemon was lost: {str(error) or type(error).__name__}",
                hint="runs go on by themselves; see `interlock runs`",
            ) from None


def _error_of(response: httpx.Response) -> InterlockError:
    try:
        return from_problem(orjson.loads(response.content))
    except (orjson.JSONDecodeError, AttributeError):
        return InterlockError(f"the daemon answered {response.status_code}")


def connect() -> Client:
    return Client(find_daemon())
