"""`factory traces`: attempts with the times of their steps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from factory.git.repo import Repo
from factory.line.answer import Answer
from factory.plain import many
from factory.reports.traces import TraceSpan, traces
from factory.reports.trail import must_be_known


def traced(path: Path, ticket: str | None, limit: int, otlp: str | None) -> Answer:
    """The newest attempts, each with its steps; sent to a collector too where one is named."""
    with Repo(path) as repo:
        found = traces(repo, ticket, limit)
        if ticket and not found:
            must_be_known(repo, ticket)
    data = [{"trace": spans[0].trace, "spans": [span.as_json() for span in spans]} for spans in found]
    lines = [line for spans in found for line in _lines(spans)]
    if otlp is not None:
        from factory.desk.otlp import send

        count = send(otlp, (span for spans in found for span in spans))
        lines.append(f"sent {many(count, 'span')} of {many(len(found), 'attempt')}")
    return Answer(text="\n".join(lines or ["no attempt has ended yet"]), data=data)


def _lines(spans: Sequence[TraceSpan]) -> list[str]:
    whole = spans[0]
    at = dt.datetime.fromtimestamp(whole.start, dt.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    told = whole.attributes
    head = f"{whole.trace} {at} {told['factory.ticket']}#{told['factory.attempt']} {told['factory.ended']}"
    return [head, *(f"    {span.name:<12} {span.end - span.start:9.3f} s  {span.time}" for span in spans)]
