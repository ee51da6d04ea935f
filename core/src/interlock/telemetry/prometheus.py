"""Metrics in the text format of Prometheus, version 0.0.4.

https://prometheus.io/docs/instrumenting/exposition_formats/; names follow the mapping of
OpenTelemetry: dots become underscores, counters end in ``_total``, durations in ``_seconds``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from interlock.telemetry.metrics import Counter, Histogram, Metrics

_FOREIGN = re.compile(r"[^a-zA-Z0-9_:]")


@dataclass
class Gauge:
    """A value that goes up and down, read at this moment, by labels."""

    name: str
    description: str
    points: list[tuple[Mapping[str, str], float]] = field(default_factory=list)


def exposition(metrics: Metrics, gauges: Sequence[Gauge]) -> str:
    """Every instrument, then the gauges; ends with a newline."""
    lines: list[str] = []
    for counter in metrics.counters():
        lines += _counter(counter)
    for histogram in metrics.histograms():
        lines += _histogram(histogram)
    for gauge in gauges:
        name = _name(gauge.name)
        lines += _head(name, "gauge", gauge.description)
        lines += [_line(name, labels, value) for labels, value in gauge.points]
    return "\n".join(lines) + "\n"


def _counter(counter: Counter) -> Iterator[str]:
    name = _name(counter.name).removesuffix("_total") + "_total"
    yield from _head(name, "counter", counter.description)
    for values, count in counter.values.items():
        yield _line(name, dict(zip(counter.labels, values, strict=True)), count)


def _histogram(histogram: Histogram) -> Iterator[str]:
    name = _name(histogram.name).removesuffix("_seconds") + "_seconds"
    yield from _head(name, "histogram", histogram.description)
    bounds = [*map(_number, histogram.bounds), "+Inf"]
    for values, buckets in histogram.values.items():
        labels = dict(zip(histogram.labels, values, strict=True))
        for bound, count in zip(bounds, accumulate(buckets.counts), strict=True):
            yield _line(f"{name}_bucket", {**labels, "le": bound}, count)
        yield _line(f"{name}_sum", labels, buckets.total)
        yield _line(f"{name}_count", labels, sum(buckets.counts))


def _head(name: str, kind: str, description: str) -> Iterable[str]:
    if description:
        yield f"# HELP {name} {_escaped(description)}"
    yield f"# TYPE {name} {kind}"


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    pairs = ",".join(f'{_name(key)}="{_quoted(text)}"' for key, text in labels.items())
    return f"{name}{{{pairs}}} {_number(value)}" if pairs else f"{name} {_number(value)}"


def _name(text: str) -> str:
    return _FOREIGN.sub("_", text)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(str(text)).replace('"', r"\"")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else repr(float(value))
