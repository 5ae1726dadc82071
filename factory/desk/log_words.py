"""The words of `factory log` in its two languages. Ids, events' names and commands are the same in both."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from factory.desk import status_words
from factory.model import Event
from factory.money.spend import said
from factory.plain import many


class LogWords(NamedTuple):
    """One language's. Fields in braces are filled by `trace`."""

    model: str
    worker: str  # its name, its model, seconds, calls, dollars
    changed: str  # files, lines
    changed_nothing: str
    files: Callable[[int], str]
    more_files: str
    failed: str
    more_failed: Callable[[int], str]
    patch: str
    gate_said: str
    worker_said: str
    nothing: str
    nothing_of: str
    sum: Callable[[str, int | Decimal], str]  # calls, usd
    reason: Callable[[str], str]  # a reason, as it is told
    event: Callable[[Event], str]  # what an event says


ENGLISH = LogWords(
    model=", model {0}",
    worker="worker {0}{1}: {2:.0f} s, {3}, {4}",
    changed="changed {0} ({1})",
    changed_nothing="changed nothing",
    files=lambda number: many(number, "file"),
    more_files=" and {0} more",
    failed="failed: {0}",
    more_failed=lambda number: f"failed: {many(number, 'line')} more, in verify_report.json beside gate.log",
    patch="the patch: {0}",
    gate_said="all that the gate said: {0}",
    worker_said="all that the worker said: {0}",
    nothing="nothing has happened yet: `factory run` starts",
    nothing_of="nothing has happened to {0} yet",
    sum=said,
    reason=lambda why: why,
    event=lambda event: event.text,
)


def words_of(language: str) -> LogWords:
    """Those of `en` or `ko`. What Korean needs is loaded by whoever reads it."""
    return _korean() if language == "ko" else ENGLISH


def _korean() -> LogWords:
    from factory.desk.panes.reasons import event_in, reason_in

    return LogWords(
        model=", 모델 {0}",
        worker="작업자 {0}{1}: {2:.0f}초, {3}, {4}",
        changed="바꾼 것: {0} ({1})",
        changed_nothing="바꾼 것 없음",
        files="파일 {0:,}개".format,
        more_files=" 그 밖에 {0:,}개",
        failed="실패: {0}",
        more_failed="실패: 그 밖에 {0:,}줄, gate.log 옆의 verify_report.json에 있습니다".format,
        patch="바꾼 내용: {0}",
        gate_said="게이트의 말 전부: {0}",
        worker_said="작업자의 말 전부: {0}",
        nothing="아직 아무 일도 없었습니다. `factory run`으로 시작합니다",
        nothing_of="{0}에는 아직 아무 일도 없었습니다",
        sum=status_words.words_of("ko").sum,
        reason=lambda why: reason_in("ko", why),
        event=lambda event: event_in("ko", event),
    )
