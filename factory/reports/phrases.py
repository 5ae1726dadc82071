"""The words of the day's report in its two languages: the same sentences, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from factory.model import Triage
from factory.records import record
from factory.reports import daily, korean, stops


class Phrases(NamedTuple):
    """One language's words. Fields in braces are filled by `report`."""

    title: str
    days: tuple[str, str]  # what the page's day is called on that day, and later; fills {day}
    money: str
    counts: tuple[str, ...]  # the table's head
    today: str
    nothing_today: str
    no_reader: str
    failed: str
    boxes: str
    box_failed: str
    box_returned: str
    box_stopped: str
    no_boxes: str
    spent: str
    reserved: str
    reasons: str
    no_reasons: str
    over: str
    blocked: str
    waits: str
    red: str
    run: dict[str, str]  # how a run is that has no end
    cards: str
    cards_counts: tuple[str, ...]  # the table's head
    cards_today: str
    strikes: str
    no_strikes: str
    action: dict[str, str]  # what a STRIKE card's record says it did
    next: str
    next_none: str
    next_blocked: str
    next_no_stamp: str
    child: str
    child_none: str
    child_all: str
    child_some: str
    child_hard: str
    child_waiting: str
    child_cards: str
    child_spent: str
    unread: str
    absent: str
    absent_brings: str
    untold: str
    detail: Callable[[str, str], str | None]  # (kind, an exact reason) -> the same in this language, where it has it
    by_hand: dict[str, str]  # what no failure blocked: why, as the ledger says it
    why: dict[Triage, str]
    stop: dict[str, str]


ENGLISH = Phrases(
    title="English",
    days=("today", "on this day"),
    money="${0}",
    counts=("all tickets", "done", "failed attempts {day}", "blocked", "waiting"),
    today="Done {day}: {0}.",
    nothing_today="Nothing was finished {day}.",
    no_reader="Read by nobody, though their risk asks for it: {0}. Set [auditor] worker.",
    failed="Attempts that failed {day}: {0}. Nothing of them got into main.",
    boxes="Boxes that failed or stopped",
    box_failed="failed: {0}",
    box_returned="dealt again later: {0}",
    box_stopped="stopped: {0}",
    no_boxes="None.",
    spent="Spent {day}: {usd}; calls: {calls:,}; tokens in: {tokens_in:,}; tokens out: {tokens_out:,}. "
    "In {date:%Y-%m}: {month}.",
    reserved="Set aside for calls that have not ended: {usd}.",
    reasons="Reasons",
    no_reasons="Nothing stopped, and nothing is blocked.",
    over=" It went on since.",
    red="{0} is red on main, and counts against nobody. {1}",
    blocked="{0} needs a person: {1}",
    waits="{0} waits until this is mended, and nothing of it failed: {1}",
    run={daily.ON: "A run is on.", daily.OPEN: "When the day ended, its last run had not ended."},
    cards="Cards",
    cards_counts=("all cards", "done", "failed attempts {day}", "blocked", "waiting"),
    cards_today="Cards stamped {day}: {0:,}.",
    strikes="Strikes {day}: {0:,}; files: {1:,} ({2}).",
    no_strikes="Nothing was struck {day}.",
    action={
        "replace": "replaced",
        "report": "reported",
        "overlap": "inside another replacement",
        "error": "not possible",
    },
    next="Next: `{0}`",
    next_none="Next: release a ticket (set it to IN_PROGRESS in D_ROADMAP.md), then `factory run`.",
    next_blocked="`factory log {0}` shows what was tried. Mend the ticket, then `factory retry {0}` and `factory run`.",
    next_no_stamp="Set the row of {0} to IN_PROGRESS in D_ROADMAP.md and commit, then `factory run`.",
    child="For a ten-year-old",
    child_none="Nobody has given the robots a job yet.",
    child_all="Every job is done ({created} of {created}), and each was checked before it counted.",
    child_some="Jobs that the robots got: {created}. Done and checked: {done}.",
    child_hard="A grown-up must look at: {blocked}.",
    child_waiting="Still waiting: {waiting}.",
    child_cards="Small cards done and checked: {done:,} of {created:,}.",
    child_spent="It cost {usd} {day}.",
    unread="The tables could not be read, so nothing is counted here: {0}",
    absent="The factory's ledger is not in this clone: what failed, what stopped and what was spent is not known here.",
    absent_brings="`{0}` brings the ledger here, where it was pushed.",
    untold="no reason was told",
    detail=lambda _kind, _why: None,
    by_hand={
        record.BY_HAND: "a person set its row to BLOCKED",
        record.BY_FACTORY: "the factory set it, and its reason stands in a ledger that is not in this clone",
        record.UNSEEN: "who set it lies beyond a shallow clone's edge",
        record.NO_STAMP: "its row says DONE, and main holds no stamp for it",
        record.CANCELLED: "a person took it off the line with `factory cancel`",
        record.CANCELLED_AT_WORK: "a person took it off the line while it was worked on",
    },
    why={
        Triage.IMPORT: "the code uses something that is not there to import",
        Triage.PATH: "a file or a folder was not where the code looked for it",
        Triage.SCHEMA: "data did not have the agreed shape",
        Triage.TEST: "its tests or checks were not green",
        Triage.API: "a server that it needs refused, failed or could not be reached",
        Triage.SCOPE: "the change touched files that it may not touch",
        Triage.GUARD: "the change broke a rule of the project",
        Triage.CONFLICT: "main was changed meanwhile where the change is, again and again",
        Triage.TIMEOUT: "it took longer than its time limit",
        Triage.EMPTY: "the worker changed nothing",
        Triage.VACUOUS: "its check was green before any work, so it proves nothing",
        Triage.TAMPER: "the change tried to fool the checks",
        Triage.WORKER: "the worker itself broke down",
        Triage.ENVIRONMENT: "the checks themselves could not run",
    },
    stop={kind: stop.english for kind, stop in stops.STOPS.items()} | {daily.KILLED: stops.KILLED},
)

KOREAN = Phrases(
    title="한국어",
    days=("오늘", "이날"),
    money="{0}달러",
    counts=("전체 티켓", "끝난 티켓", "{day} 실패한 시도", "막힌 티켓", "기다리는 티켓"),
    today="{day} 끝낸 티켓: {0}.",
    nothing_today="{day} 끝낸 티켓이 없습니다.",
    no_reader="위험도에 따라 감사가 필요하지만 아무도 읽지 않은 티켓: {0}. [auditor] worker를 설정하세요.",
    failed="{day} 실패한 시도는 {0}번이며, main에는 하나도 들어가지 않았습니다.",
    boxes="실패하거나 멈춘 상자",
    box_failed="실패: {0}",
    box_returned="나중에 다시 나눠 줌: {0}",
    box_stopped="멈춤: {0}",
    no_boxes="없습니다.",
    spent="{day} 쓴 비용: {usd}, 호출 {calls:,}번, 입력 토큰 {tokens_in:,}개, 출력 토큰 {tokens_out:,}개. "
    "{date:%Y-%m} 한 달: {month}.",
    reserved="아직 끝나지 않은 호출에 예약해 둔 비용: {usd}.",
    reasons="이유",
    no_reasons="멈춘 일도, 막힌 티켓도 없습니다.",
    over=" 그 뒤에 다시 이어졌습니다.",
    red="{0}: main에서 실패하고 있으며, 어느 시도의 탓도 아닙니다. {1}",
    blocked="{0}: 사람이 봐야 합니다. {1}",
    waits="{0}: 실패한 것은 없으며, 이것을 고칠 때까지 기다립니다. {1}",
    run={daily.ON: "지금 일하고 있습니다.", daily.OPEN: "하루가 끝날 때까지 마지막 실행이 끝나지 않았습니다."},
    cards="카드",
    cards_counts=("전체 카드", "끝난 카드", "{day} 실패한 시도", "막힌 카드", "기다리는 카드"),
    cards_today="{day} 스탬프를 받은 카드: {0:,}장.",
    strikes="{day} 처리한 곳: 파일 {1:,}개에서 {0:,}곳 ({2}).",
    no_strikes="{day} 처리한 곳이 없습니다.",
    action={
        "replace": "바꿈",
        "report": "보고",
        "overlap": "다른 변경에 포함됨",
        "error": "처리할 수 없음",
    },
    next="다음 명령: `{0}`",
    next_none="다음: D_ROADMAP.md에서 티켓을 IN_PROGRESS로 바꾸고 `factory run`을 실행하세요.",
    next_blocked="`factory log {0}`에서 무엇을 해 봤는지 볼 수 있습니다. "
    "티켓을 고친 뒤 `factory retry {0}`, `factory run`을 실행하세요.",
    next_no_stamp="D_ROADMAP.md에서 {0}의 상태를 IN_PROGRESS로 바꾸어 커밋한 뒤 `factory run`을 실행하세요.",
    child="열 살 어린이에게",
    child_none="아직 아무도 로봇에게 일을 주지 않았어요.",
    child_all="일 {created}개를 모두 끝냈고, 하나하나 검사까지 마쳤어요.",
    child_some="로봇이 받은 일은 {created}개예요. 그중 {done}개를 끝냈고, 끝낸 것은 모두 검사했어요.",
    child_hard="{blocked}개는 어른이 봐 줘야 해요.",
    child_waiting="{waiting}개는 아직 차례를 기다려요.",
    child_cards="작은 카드 {created:,}장 가운데 {done:,}장을 끝내고 검사했어요.",
    child_spent="{day} {usd}를 썼어요.",
    unread="표를 읽을 수 없어서 여기서는 세지 못했습니다: {0}",
    absent="공장의 원장이 이 복제본에 없습니다. 무엇이 실패하고 멈췄는지, 얼마를 썼는지 여기서는 알 수 없습니다.",
    absent_brings="원장을 push해 두었다면 `{0}` 명령으로 가져올 수 있습니다.",
    untold="알려진 이유가 없습니다",
    detail=korean.noted,
    by_hand={
        record.BY_HAND: "사람이 표에 BLOCKED라고 적었습니다",
        record.BY_FACTORY: "공장이 막았습니다. 이유는 이 복제본에 없는 원장에 있습니다",
        record.UNSEEN: "누가 막았는지 얕은 복제본에서는 알 수 없습니다",
        record.NO_STAMP: "표에는 DONE이라고 적혀 있지만, main에 그 스탬프가 없습니다",
        record.CANCELLED: "사람이 `factory cancel`로 작업에서 제외했습니다",
        record.CANCELLED_AT_WORK: "일하는 도중에 사람이 작업에서 제외했습니다",
    },
    why={
        Triage.IMPORT: "import 하려는 것이 없습니다",
        Triage.PATH: "파일이나 폴더가 있어야 할 곳에 없습니다",
        Triage.SCHEMA: "데이터의 형식이 약속과 다릅니다",
        Triage.TEST: "테스트나 검사를 통과하지 못했습니다",
        Triage.API: "필요한 서버가 거절했거나, 고장 났거나, 연결되지 않았습니다",
        Triage.SCOPE: "건드리면 안 되는 파일을 건드렸습니다",
        Triage.GUARD: "프로젝트의 규칙을 어겼습니다",
        Triage.CONFLICT: "변경한 곳이 그사이 main에서 거듭 바뀌었습니다",
        Triage.TIMEOUT: "정해진 시간을 넘겼습니다",
        Triage.EMPTY: "작업자가 아무것도 바꾸지 않았습니다",
        Triage.VACUOUS: "일하기 전부터 검사가 통과해서, 아무것도 증명하지 못합니다",
        Triage.TAMPER: "변경이 검사를 속이려고 했습니다",
        Triage.WORKER: "작업자 자체가 고장 났습니다",
        Triage.ENVIRONMENT: "검사 자체를 돌릴 수 없었습니다",
    },
    stop={kind: stop.korean for kind, stop in stops.STOPS.items()} | {daily.KILLED: stops.KILLED_KOREAN},
)

BOTH = (ENGLISH, KOREAN)
