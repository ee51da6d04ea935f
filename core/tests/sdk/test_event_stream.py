"""Server-sent events: wherever the bytes are cut, and however the lines end."""

import pytest

from interlock.sdk import EventStream

# Those of the HTML standard are marked; "¶" stands for the end of a line.
STREAMS = [
    ("data: YHOO¶data: +2¶data: 10¶¶", ["YHOO\n+2\n10"]),  # standard
    (": test stream¶¶data: first event¶id: 1¶¶data:second event¶id¶¶data:  third event¶", None),
    ("data¶¶data¶data¶¶data:", ["", "\n", ""]),  # standard, but for the end
    ("data:test¶¶data: test¶¶", ["test", "test"]),  # standard
    ("\ufeffdata: a¶¶data: \ufeffb¶¶", ["a", "\ufeffb"]),
    ("data: a\u2028b\u0085c\x0cd¶¶", ["a\u2028b\u0085c\x0cd"]),
    ("event: x¶data: a¶retry: 5¶¶:¶¶event: y¶¶data: b¶¶", ["a", "b"]),
    ("¶¶¶data: a¶¶¶¶", ["a"]),
    ("datas: a¶ data: b¶Data: c¶data: d: e¶¶", ["d: e"]),
]


def read(wire: bytes, size: int) -> list[str]:
    stream = EventStream()
    chunks = (wire[at : at + size] for at in range(0, len(wire), size))
    found = [data for chunk in chunks for data in stream.feed(chunk)]
    last = stream.end()
    return [data.decode() for data in (found if last is None else [*found, last])]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize(("text", "wanted"), STREAMS)
def test_events_are_read_wherever_they_are_cut(
    text: str, wanted: list[str] | None, end: str
) -> None:
    wire = text.replace("¶", end).encode()
    for size in range(1, len(wire) + 1):
        assert read(wire, size) == (wanted or ["first event", "second event", " third event"])


def test_ends_of_lines_may_differ_within_a_stream() -> None:
    assert read(b"data: a\r\rdata: b\n\ndata: c\r\n\r\ndata: d\r\n\r", 1) == ["a", "b", "c", "d"]


def test_an_event_is_told_as_soon_as_it_is_whole() -> None:
    """A CR that ends a piece is not waited on: an LF may never come."""
    stream = EventStream()
    assert list(stream.feed(b"data: a\r\r")) == [b"a"]
    assert list(stream.feed(b"")) == []
    assert list(stream.feed(b"\ndata: b\n\n")) == [b"b"]
    assert stream.end() is None


def test_an_event_may_have_a_name() -> None:
    stream = EventStream()
    wire = b"event: error\ndata: a\n\ndata: b\n\nevent: gone\n\ndata: c\n\nevent:end\ndata: d"
    told = [(stream.name, data) for data in stream.feed(wire)]
    assert told == [(b"error", b"a"), (b"", b"b"), (b"", b"c")]
    assert (stream.end(), stream.name) == (b"d", b"end")
