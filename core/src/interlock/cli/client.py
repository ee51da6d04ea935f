"""The daemon, seen from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx
import orjson

from interlock.cli.daemon import config_path
from interlock.cli.exits import NoDaemon
from interlock.config.environment import environment
from interlock.sdk.errors import InterlockError, from_problem
from interlock.sdk.event_stream import EventStream

ADDRESS_FILE = Path(".interlock/daemon.json")


@dataclass(frozen=True)
class Address:
    """Where a daemon listens, and the token it wants."""

    url: str
    token: str = field(repr=False)


def find_daemon() -> Address:
    """``--url``, else ``INTERLOCK_URL``, else the nearest ``.interlock/daemon.json``, else that of
    the configuration file that ``interlock run`` would take here.

    The token of the first two is what ``--token-file`` holds, else ``INTERLOCK_TOKEN``. It is no
    option itself: the arguments of a process are open to everybody on the machine.

    Raises:
        NoDaemon: none of them is there.
    """
    options, variables = _options(), environment()
    if url := options.get("url") or variables.url:
        file = options.get("token_file")
        return Address(url.rstrip("/"), _token_in(Path(file)) if file else variables.token or "")
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / ADDRESS_FILE).is_file():
            return read_address(folder / ADDRESS_FILE)
    if (elsewhere := _configured()) is not None and elsewhere.is_file():
        return read_address(elsewhere)
    raise NoDaemon(
        "no daemon found for this folder",
        hint="start one with `interlock run`, or name one with --url and --token-file",
    )


def _configured() -> Path | None:
    """The address file of a configuration with a ``daemon.state_dir`` of its own."""
    file = config_path(None)
    if not file.is_file():
        return None
    # Reading YAML takes a while, and is needed only where nothing else was found.
    from interlock.config.load import state_dir

    try:
        return state_dir(file) / ADDRESS_FILE.name
    except InterlockError:
        return None


def _options() -> dict[str, Any]:
    """Those of the root command."""
    context = click.get_current_context(silent=True)
    return {} if context is None else context.find_root().params


def _token_in(file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="--token-file") from None


def read_address(path: Path) -> Address:
    content = orjson.loads(path.read_bytes())
    return Address(content["url"], content["token"])


class Client:
    """Requests to ``/api/v1``; problems come back as the errors they were made from.

    Args:
        patience: seconds to wait for an answer; default: as long as it takes.
    """

    def __init__(self, address: Address, *, patience: float | None = None) -> None:
        self._address = address
        self._http = httpx.Client(
            base_url=f"{address.url}/api/v1/",
            headers={"Authorization": f"Bearer {address.token}"} if address.token else {},
            # A call may take as long as its own deadline; only the connection is ours to bound.
            timeout=httpx.Timeout(patience, connect=5.0),
            trust_env=False,
            # Reading all certificates takes longer than the request to a daemon on this machine.
            verify=address.url.startswith("https:"),
        )

    def close(self) -> None:
        self._http.close()

    def get(self, path: str, **query: Any) -> Any:
        return self._request("GET", path, params={k: v for k, v in query.items() if v is not None})

    def post(self, path: str, body: Any) -> Any:
        return self._request("POST", path, content=orjson.dumps(body))

    def delete(self, path: str) -> Any:
        return self._request("DELETE", path)

    def stream(
        self, path: str, body: Any = None, *, since: float | None = None, **query: Any
    ) -> Iterator[dict[str, Any]]:
        """The data of each server-sent event; with a body, of the answer to a POST of it.

        Args:
            since: also what happened after this moment.
        """
        headers = {"Accept": "text/event-stream"}
        if since is not None:
            headers["Last-Event-ID"] = repr(since)
        options: dict[str, Any] = {"params": query, "headers": headers}
        if body is not None:
            options["content"] = orjson.dumps(body)
        method = "GET" if body is None else "POST"
        with self._reaching(), self._http.stream(method, path, **options) as response:
            if not _is(response, "text/event-stream"):
                response.read()
                raise _error_of(response)
            events = EventStream()
            for chunk in response.iter_bytes():
                yield from map(orjson.loads, events.feed(chunk))

    def _request(self, method: str, path: str, **options: Any) -> Any:
        with self._reaching():
            response = self._http.request(method, path, **options)
        if not _is(response, "application/json"):
            raise _error_of(response)
        return orjson.loads(response.content)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.ConnectError:
            raise NoDaemon(
                f"no daemon answers at {self._address.url}",
                hint="start one with `interlock run`; `interlock --url` names another",
            ) from None
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            raise NoDaemon(
                f"{self._address.url!r} is no URL of a daemon", hint="such as http://host:7420"
            ) from None
        except httpx.TransportError as error:
            raise InterlockError(
                f"the connection to the daemon was lost: {str(error) or type(error).__name__}",
                hint="runs go on by themselves; see `interlock runs`",
            ) from None


def _error_of(response: httpx.Response) -> InterlockError:
    if _is(response, "application/problem+json", success=False):
        return from_problem(orjson.loads(response.content))
    return NoDaemon(
        f"what answers at {response.url} is no daemon: it says {response.status_code}",
        hint="is something else there, or in between?",
    )


def _is(response: httpx.Response, media_type: str, *, success: bool = True) -> bool:
    found = response.headers.get("content-type", "").partition(";")[0]
    return response.is_success == success and found == media_type


def connect() -> Client:
    """A client for as long as the command runs."""
    client = Client(find_daemon())
    if context := click.get_current_context(silent=True):
        context.call_on_close(client.close)
    return client
