"""The words of the pages about one attempt and about one run, in both languages; all else is in `reports/phrases`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from factory.model import Triage
from factory.reports.failures import REMEDY


class Labels(NamedTuple):
    """One language's. Fields in braces are filled by the pages."""

    asked: str
    criteria: tuple[str, ...]  # a table's head
    told: str
    failed: str
    nothing_failed: str
    changed: str
    size: str
    log: str
    next_told: str
    do: str
    nothing: str
    spent: str
    run: str
    tickets: str
    open_why: str
    remedy: Mapping[Triage, str]


ENGLISH = Labels(
    asked="What was asked",
    criteria=("criterion", "text", "check", "before", "after"),
    told="It was told of the attempt before it:",
    failed="What failed",
    nothing_failed="Nothing.",
    changed="What the worker changed",
    size="Files: {0}; lines: {1}.",
    log="The end of the log",
    next_told="What the next attempt was told",
    do="What to do",
    nothing="Nothing: it passed.",
    spent="Worker {worker}, model {model}: {lasted}, {cost}, calls {calls:,}.",
    run="Run {0}",
    tickets="Tickets",
    open_why="why it failed: {0}",
    remedy=REMEDY,
)

KOREAN = Labels(
    asked="요청한 일",
    criteria=("기준", "내용", "검사", "일하기 전", "일한 뒤"),
    told="앞선 시도에 대해 들은 것:",
    failed="실패한 것",
    nothing_failed="없습니다.",
    changed="작업자가 바꾼 것",
    size="파일 {0}개, 줄 {1}.",
    log="로그의 끝부분",
    next_told="다음 시도에 알려 준 것",
    do="할 일",
    nothing="통과했으므로 할 일이 없습니다.",
    spent="작업자 {worker}, 모델 {model}: {lasted}, {cost}, 호출 {calls:,}번.",
    run="실행 {0}",
    tickets="티켓",
    open_why="실패한 이유: {0}",
    remedy={
        Triage.IMPORT: "다음 시도에 알려 줍니다. 거듭되면 "
        "게이트의 Python에 그 모듈이 없는 것입니다(`factory help project`).",
        Triage.PATH: "다음 시도에 알려 줍니다. 내 폴더에는 있는데 방에는 없는 파일은 git에 없는 파일입니다.",
        Triage.SCHEMA: "다음 시도에 알려 줍니다. 원하는 모양을 티켓에 적으세요.",
        Triage.TEST: "다음 시도에 알려 줍니다. 세 번 실패하면 "
        "티켓이 너무 크거나 분명하지 않은 것이니, 나누거나 다시 쓰세요.",
        Triage.API: "서버가 켜져 있고 키가 맞는지 확인하세요. `factory workers --ping`이 물어봅니다.",
        Triage.SCOPE: "변경이 옳았다면 `modify`를 넓히고, 아니면 건드리지 말 것을 티켓에 적으세요.",
        Triage.GUARD: "가드, 파일, 이유가 그 줄에 있습니다(`factory help guards`). "
        "허용하는 조건을 알려 주는 것도 있습니다.",
        Triage.CONFLICT: "할 일이 없습니다. 오늘의 main에서 다시 시도합니다. "
        "`modify`를 좁히면 티켓끼리 부딪치지 않습니다.",
        Triage.TIMEOUT: "티켓을 나누거나 `timeout_minutes`(작업자), `gate.timeout_minutes`(게이트)를 늘리세요.",
        Triage.EMPTY: "무엇을 바꿔야 하는지 티켓에 적으세요. 이미 된 일은 아닌가요?",
        Triage.VACUOUS: "지금 실패하는 테스트를 쓰고, 그것을 검사로 삼으세요.",
        Triage.TAMPER: "변경을 읽어 보세요(`factory log TICKET`). 정직한 변경이라면 값을 못박는 기준이 필요합니다.",
        Triage.WORKER: "마지막으로 출력한 것이 `factory log TICKET`에 있습니다.",
        Triage.ENVIRONMENT: "그 명령이 main에서 돌게 하세요. `factory gate`로, 또는 검사를 손으로 돌려 보세요.",
    },
)

LABELS = {"en": ENGLISH, "ko": KOREAN}
