"""HTTP/2: one connection for all, and no request lost when the server ends it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import h2.config
import h2.connection
import h2.events
import httpx
import pytest

from interlock.host import HttpWishes
from interlock.host.http import build_client
from interlock.host.http.http2_frames import GoAway, split_frames
from interlock.sdk import HttpOptions, Rejected, Retryable, error_from_response

IN_FLIGHT = 50
LARGE = 3 * 2**20


def client_of(url: str, *, http2: bool = True) -> httpx.AsyncClient:
    return build_client(
        HttpOptions(base_url=url, http2=http2),
        HttpWishes(allow_private=True),
        service="numbers",
        read_error=lambda response: error_from_response(response, now=0.0),
        trace=lambda: None,
    )


async def ask_all(client: httpx.AsyncClient, method: str, count: int) -> list[object]:
    numbers = iter(range(count))
    answers: list[object] = []

    async def ask() -> None:
        for number in numbers:
            try:
                response = await client.request(method, f"/number/{number}")
                answers.append(int(response.json()["number"]))
            except Retryable as error:
                answers.append(error)

    await asyncio.gather(*(ask() for _ in range(IN_FLIGHT)))
    return answers


async def test_goaway_with_reads_in_flight_loses_none(hypercorn: str) -> None:
    async with client_of(hypercorn) as client:
        answers = await ask_all(client, "GET", 400)

    assert sorted(answers, key=str) == sorted(range(400), key=str)


async def test_a_service_that_speaks_http1_is_not_led_to_http2_by_one_that_does(
    hypercorn: str,
) -> None:
    """A server takes the best that is offered, and a context for TLS offers the same to all."""
    async with (
        client_of(hypercorn) as two,
        client_of(hypercorn, http2=False) as one,
    ):
        versions = [(await client.get("/seen")).http_version for client in (two, one)]

    assert versions == ["HTTP/2", "HTTP/1.1"]


@pytest.mark.parametrize("http2", [False, True], ids=["http1", "http2"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Trace", "a\r\nX-Admin: yes"),
        ("X-Trace", "a\nb"),
        ("X-Trace", "a\0b"),
        ("X-Tr\nace", "a"),
        ("X Trace", "a"),
        ("", "a"),
    ],
)
async def test_what_is_no_header_never_leaves(
    hypercorn: str, http2: bool, name: str, value: str
) -> None:
    async with client_of(hypercorn, http2=http2) as client:
        with pytest.raises(Rejected, match="not valid HTTP"):
            await client.get("/number/1", headers={name: value})
        assert (await client.get("/seen")).json() == {}


async def test_goaway_with_writes_in_flight_repeats_only_what_was_not_processed(
    hypercorn: str,
) -> None:
    """hypercorn never answers what is in flight below the last stream: that is in doubt."""
    async with client_of(hypercorn) as client:
        answers = await ask_all(client, "POST", 400)
        seen = (await client.get("/seen")).json()

    in_doubt = [answer for answer in answers if isinstance(answer, Retryable)]
    answered = {f"POST {answer}" for answer in answers if isinstance(answer, int)}
    assert len(answered) + len(in_doubt) == 400
    assert all(error.sent for error in in_doubt)
    assert set(seen.values()) == {1} and answered <= seen.keys()


async def test_the_server_is_spoken_to_in_http2(hypercorn: str) -> None:
    async with client_of(hypercorn) as client:
        response = await client.get("/number/1")

    assert response.http_version == "HTTP/2"
    assert response.json()["version"] == "2"


async def test_a_body_larger_than_the_window_goes_out_and_comes_back(hypercorn: str) -> None:
    body = bytes(range(256)) * (LARGE // 256)
    async with client_of(hypercorn) as client:
        response = await client.post("/echo", content=body)

    assert response.content == body


async def test_a_stream_left_early_does_not_disturb_the_next(hypercorn: str) -> None:
    async with client_of(hypercorn) as client:
        async with client.stream("GET", "/stream") as response:
            lines = response.aiter_lines()
            first = await anext(lines)
        whole = await client.get("/stream")

    assert first == "part 0"
    assert whole.text == "part 0\npart 1\npart 2\n"


async def test_a_client_that_is_closed_has_no_socket_left(hypercorn: str) -> None:
    async with client_of(hypercorn) as client:
        await client.get("/number/1")
        busy = files()

    assert files() == busy - 1


def files() -> int:
    """How many this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


class GracefulServer:
    """Ends its first connection as RFC 9113 asks: GOAWAY, then it answers what it has accepted."""

    def __init__(self, accepted: int) -> None:
        self.accepted = accepted
        self.processed: list[tuple[int, str]] = []
        self._connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections += 1
        number = self._connections
        state = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        state.initiate_connection()
        waiting: list[tuple[int, str]] = []
        while True:
            writer.write(state.data_to_send())
            data = await reader.read(65536)
            if not data:
                break
            for event in state.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    path = dict(event.headers)[b":path"].decode()
                    waiting.append((event.stream_id, path))
            if number == 1 and len(waiting) <= self.accepted:
                continue
            if number == 1:
                # The rest, and whatever else comes in here, is turned away.
                waiting, number = waiting[: self.accepted], 0
                writer.write(state.data_to_send())
                writer.write(goaway_frame(waiting[-1][0]))
            elif number == 0:
                waiting = []
            for stream_id, path in waiting:
                self.processed.append((self._connections, path))
                state.send_headers(stream_id, [(":status", "200"), ("content-length", "2")])
                state.send_data(stream_id, b"ok", end_stream=True)
            waiting = []
        writer.close()


def goaway_frame(last_stream_id: int) -> bytes:
    return b"\0\0\x08\x07\0\0\0\0\0" + last_stream_id.to_bytes(4, "big") + bytes(4)


@asynccontextmanager
async def graceful(server: GracefulServer, certificate: tuple[str, str]) -> AsyncIterator[str]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    context.set_alpn_protocols(["h2"])
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=context)
    async with listening:
        yield f"https://localhost:{listening.sockets[0].getsockname()[1]}"


async def test_a_graceful_end_finishes_accepted_writes_and_repeats_the_others(
    certificate: tuple[str, str],
) -> None:
    server = GracefulServer(accepted=2)
    async with graceful(server, certificate) as url, client_of(url) as client:
        responses = await asyncio.gather(*(client.post(f"/{number}") for number in range(5)))

    assert [response.text for response in responses] == ["ok"] * 5
    assert sorted(path for _, path in server.processed) == ["/0", "/1", "/2", "/3", "/4"]
    assert [number for number, _ in server.processed] == [1, 1, 2, 2, 2]


async def test_an_unprocessed_write_that_cannot_be_repeated_was_not_sent(
    certificate: tuple[str, str],
) -> None:
    async def once() -> AsyncIterator[bytes]:
        yield b"a stream can be read once only"

    server = GracefulServer(accepted=1)
    async with graceful(server, certificate) as url, client_of(url) as client:
        outcomes = await asyncio.gather(
            client.post("/0"), client.post("/1", content=once()), return_exceptions=True
        )

    assert isinstance(outcomes[1], Retryable) and not outcomes[1].sent


def test_frames_are_split_wherever_the_bytes_are_cut() -> None:
    data = b"\0\0\x01\0\0\0\0\0\x01x"
    whole = data + goaway_frame(7) + data + data
    for cut in range(len(whole)):
        received = bytearray(whole[:cut])
        parts = list(split_frames(received))
        received += whole[cut:]
        parts += list(split_frames(received))
        assert GoAway(7) in parts
        assert b"".join(part for part in parts if isinstance(part, bytes)) == data * 3
        assert not received
