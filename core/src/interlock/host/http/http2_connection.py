"""One HTTP/2 connection over the ``h2`` state machine, shared by many requests.

httpx's own connection fails every request in flight when the server says GOAWAY, and its pool goes
on using the dead connection while others wait on it. Here streams that the server will still
answer are let finish, and the others are known not to have been processed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, Iterator
from contextlib import suppress
from contextvars import Context

import httpx
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    DataReceived,
    Event,
    RemoteSettingsChanged,
    ResponseReceived,
    StreamEnded,
    StreamReset,
    WindowUpdated,
)
from h2.exceptions import NoAvailableStreamIDError, ProtocolError
from h2.settings import SettingCodes

from interlock.host.http.errors import NotProcessed
from interlock.host.http.http2_frames import GoAway, split_frames

_CHUNK = 65536
_CONNECTION_WINDOW = 2**24
_STREAM_WINDOW = 2**20
# RFC 9113 8.2.2: fields of one connection have no place in HTTP/2; Host becomes :authority.
_LEFT_OUT = frozenset(
    {b"connection", b"host", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)


class Stream:
    """One request and its response."""

    def __init__(self, stream_id: int) -> None:
        self.id = stream_id
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.ended = False
        self.error: httpx.TransportError | None = None
        self.chunks: deque[tuple[bytes, int]] = deque()
        """Data with its size in flow control."""
        self._changed = asyncio.Event()

    def notify(self) -> None:
        self._changed.set()

    def fail(self, error: httpx.TransportError) -> None:
        if not self.ended:
            self.error = self.error or error
            self.notify()

    async def change(self, seconds: float | None) -> None:
        """Wait until something has happened.

        Raises:
            httpx.ReadTimeout: nothing did for ``seconds``.
            httpx.TransportError: the stream has failed.
        """
        if not self._changed.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._changed.wait()
            except TimeoutError:
                raise httpx.ReadTimeout("no data in time") from None
        self._changed.clear()
        if self.error is not None:
            raise self.error


class Http2Connection:
    """Opened over a stream that has agreed on ``h2``; :meth:`close` ends it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepting = True
        """False once it takes no new requests."""
        self._reader = reader
        self._writer = writer
        self._state = H2Connection(H2Configuration(client_side=True, header_encoding=None))
        self._streams: dict[int, Stream] = {}
        # Room in flow control, or for another stream, may have come.
        self._room = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._flushing = False
        self._state.initiate_connection()
        self._state.update_settings(
            {SettingCodes.ENABLE_PUSH: 0, SettingCodes.INITIAL_WINDOW_SIZE: _STREAM_WINDOW}
        )
        self._state.increment_flow_control_window(_CONNECTION_WINDOW)
        self._flush()
        # Apart from the context of the request that happened to be the first.
        self._receiver = self._loop.create_task(self._receive(), name="http2", context=Context())

    # Requests

    async def open_stream(self, request: httpx.Request, *, has_body: bool) -> Stream:
        """Send the head of a request, as soon as the server takes another stream.

        Raises:
            NotProcessed: the connection takes no more requests.
        """
        while self.accepting and self._is_full():
            await self._wait_for_room()
        if not self.accepting:
            raise NotProcessed("the connection takes no more requests")
        try:
            stream = Stream(self._state.get_next_available_stream_id())
        except NoAvailableStreamIDError:
            self.accepting = False
            raise NotProcessed("the connection has used up its streams") from None
        self._state.send_headers(stream.id, _head(request), end_stream=not has_body)
        self._streams[stream.id] = stream
        self._flush()
        return stream

    async def send_body(self, stream: Stream, body: AsyncIterable[bytes]) -> None:
        """Send as fast as flow control lets; stops when the server has answered without it."""
        async for chunk in body:
            rest = memoryview(chunk)
            while rest and not stream.ended:
                size = self._sendable(stream, len(rest))
                if size == 0:
                    await self._wait_for_room()
                    continue
                self._state.send_data(stream.id, bytes(rest[:size]))
                rest = rest[size:]
                self._flush()
                await self._drain()
        if not stream.ended:
            self._check(stream)
            self._state.end_stream(stream.id)
            self._flush()

    def take(self, stream: Stream) -> bytes:
        """The next chunk that has arrived; the server may send as much again."""
        data, size = stream.chunks.popleft()
        if size and not self._receiver.done():
            self._state.acknowledge_received_data(size, stream.id)
            self._flush()
        return data

    def release(self, stream: Stream) -> None:
        """The request is over; one that is not, is called off."""
        if self._streams.pop(stream.id, None) is None or self._receiver.done():
            return
        while stream.chunks:
            self.take(stream)
        if not stream.ended and stream.error is None:
            # The server may have reset it in what is not read yet.
            with suppress(ProtocolError):
                self._state.reset_stream(stream.id, ErrorCodes.CANCEL)
            self._flush()
        self._wake()

    @property
    def idle(self) -> bool:
        return not self._streams

    async def close(self, *, farewell: float = 1.0) -> None:
        """End it; returns when its socket is closed.

        Args:
            farewell: seconds that the server has to answer that it has heard of it.
        """
        self.accepting = False
        self._receiver.cancel()
        await asyncio.wait([self._receiver])
        await hang_up(self._writer, farewell)

    # Inside

    def _is_full(self) -> bool:
        limit: int = self._state.remote_settings.max_concurrent_streams
        return len(self._streams) >= limit

    def _sendable(self, stream: Stream, wanted: int) -> int:
        self._check(stream)
        window = self._state.local_flow_control_window(stream.id)
        return min(wanted, window, self._state.max_outbound_frame_size)

    def _check(self, stream: Stream) -> None:
        if stream.error is not None:
            raise stream.error

    def _wake(self) -> None:
        self._room.set()
        self._room = asyncio.Event()

    async def _wait_for_room(self) -> None:
        await self._room.wait()

    def _flush(self) -> None:
        """Write soon: what all requests have to say in one turn of the loop goes out as one."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._write)

    def _write(self) -> None:
        self._flushing = False
        data = self._state.data_to_send()
        if data and not self._writer.is_closing():
            self._writer.write(data)

    async def _drain(self) -> None:
        try:
            await self._writer.drain()
        except OSError as error:
            raise httpx.WriteError("the connection broke") from error

    async def _receive(self) -> None:
        """The task of the connection: until the server or we close it."""
        rest = bytearray()
        try:
            while data := await self._reader.read(_CHUNK):
                rest += data
                for frames in split_frames(rest):
                    if isinstance(frames, GoAway):
                        self._goes_away(frames)
                    else:
                        self._dispatch(self._state.receive_data(frames))
                self._flush()
        except (OSError, ProtocolError) as error:
            self._broke(httpx.RemoteProtocolError(f"the connection broke: {error}"))
        finally:
            self._broke(httpx.RemoteProtocolError("the server closed the connection"))
            self._writer.close()

    def _dispatch(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, WindowUpdated | RemoteSettingsChanged):
                self._wake()
            stream = self._streams.get(getattr(event, "stream_id", None) or 0)
            if stream is not None:
                _tell(stream, event)

    def _goes_away(self, goaway: GoAway) -> None:
        self.accepting = False
        for stream in _after(goaway.last_stream_id, self._streams):
            stream.fail(NotProcessed("the server goes away and did not process the request"))
        # Whoever has not really stayed to finish closes the connection on hearing this.
        self._state.ping(b"stay?   ")
        self._wake()

    def _broke(self, error: httpx.TransportError) -> None:
        self.accepting = False
        for stream in self._streams.values():
            stream.fail(error)
        self._wake()


async def hang_up(writer: asyncio.StreamWriter, farewell: float = 1.0) -> None:
    """Close a connection of TLS, and see its socket closed; see :meth:`Http2Connection.close`."""
    writer.close()
    with suppress(TimeoutError, OSError):
        async with asyncio.timeout(farewell):
            await writer.wait_closed()
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def _after(last_stream_id: int, streams: dict[int, Stream]) -> Iterator[Stream]:
    return (stream for number, stream in streams.items() if number > last_stream_id)


def _tell(stream: Stream, event: Event) -> None:
    if isinstance(event, ResponseReceived):
        stream.headers = [(name, value) for name, value in event.headers if name[:1] != b":"]
        stream.status = int(dict(event.headers)[b":status"])
    elif isinstance(event, DataReceived):
        stream.chunks.append((event.data, event.flow_controlled_length))
    elif isinstance(event, StreamEnded):
        stream.ended = True
    elif isinstance(event, StreamReset):
        refused = event.error_code == ErrorCodes.REFUSED_STREAM
        kind = NotProcessed if refused else httpx.RemoteProtocolError
        stream.fail(kind(f"the server reset the stream ({event.error_code})"))
    stream.notify()


def _head(request: httpx.Request) -> list[tuple[bytes, bytes]]:
    url = request.url
    return [
        (b":method", request.method.encode("ascii")),
        (b":authority", request.headers["host"].encode("ascii")),
        (b":scheme", url.raw_scheme),
        (b":path", url.raw_path),
        *(
            (name.lower(), value)
            for name, value in request.headers.raw
            if name.lower() not in _LEFT_OUT
        ),
    ]
