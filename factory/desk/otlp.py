"""Traces sent to a collector, by OTLP over HTTP. The only importer of OpenTelemetry, which the extra `otel` brings."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from factory.errors import CouldNotRun, Mistake
from factory.plain import many
from factory.reports.traces import TraceSpan

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

SECONDS = 10.0  # that a collector has to take them
AT_ONCE = 500  # spans in one request
PATH = "/v1/traces"


def send(url: str, spans: Iterable[TraceSpan]) -> int:
    """Sends them, and says how many there were. Sent again, they are the same spans again. Mistake where the extra is
    missing or the URL is none, CouldNotRun where the collector did not take them."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise Mistake("--otlp takes the URL of a collector", remedy="write it as in http://127.0.0.1:4318")
    if find_spec("opentelemetry") is None or find_spec("opentelemetry.sdk") is None:
        raise Mistake("OpenTelemetry is not installed", remedy="pip install 'stampmill[otel]'")
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import SpanExportResult

    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)  # what it says of a failure is said here
    at = url if urlsplit(url).path.strip("/") else url.rstrip("/") + PATH
    exporter, made = OTLPSpanExporter(endpoint=at, timeout=SECONDS), [_readable(span) for span in spans]
    try:
        for first in range(0, len(made), AT_ONCE):
            if exporter.export(made[first : first + AT_ONCE]) is not SpanExportResult.SUCCESS:
                told = many(len(made), "span")
                raise CouldNotRun(f"the collector did not take {told}: is it up, and is that its URL?")
    finally:
        exporter.shutdown()  # type: ignore[no-untyped-call]
    return len(made)


def _readable(span: TraceSpan) -> ReadableSpan:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import SpanContext, Status, StatusCode, TraceFlags

    trace, sampled = int(span.trace, 16), TraceFlags(TraceFlags.SAMPLED)
    parent = SpanContext(trace, int(span.parent, 16), False, sampled) if span.parent else None
    code = {"OK": StatusCode.OK, "ERROR": StatusCode.ERROR}.get(span.status, StatusCode.UNSET)
    return ReadableSpan(
        name=span.name,
        context=SpanContext(trace, int(span.id, 16), False, sampled),
        parent=parent,
        resource=Resource({"service.name": "stampmill"}),
        attributes={**span.attributes, "factory.time": span.time},
        start_time=_nanoseconds(span.start),
        end_time=_nanoseconds(span.end),
        status=Status(code),
    )


def _nanoseconds(seconds: float) -> int:
    part, whole = math.modf(seconds)
    return int(whole) * 10**9 + round(part * 10**6) * 10**3
