"""The words of the day's report in its two languages: the same sentences, side by side."""

from __future__ import annotations

from typing import NamedTuple

from factory.model import Triage
from factory.reports import stops


class Phrases(NamedTuple):
    """One language's words. Fields in braces are filled by `report`."""

    title: str
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
    reasons: str
    no_reasons: str
    blocked: str
    waits: str
    red: str
    running: str
    cards: str
    cards_counts: tuple[str, ...]  # the table's head
    cards_today: str
    strikes: str
    no_strikes: str
    action: dict[str, str]  # what a STRIKE card's record says it did
    next: str
    next_none: str
    next_blocked: str
    child: str
    child_none: str
    child_all: str
    child_some: str
    child_hard: str
    child_waiting: str
    child_cards: str
    child_spent: str
    unread: str
    by_hand: str
    why: dict[Triage, str]
    stop: dict[str, str]


ENGLISH = Phrases(
    title="English",
    counts=("created", "done", "failed attempts today", "blocked", "waiting"),
    today="Done today: {0}.",
    nothing_today="Nothing was finished today.",
    no_reader="Read by nobody, though their risk asks for it: {0}. Set [auditor] worker.",
    failed="{0} attempts failed today; none of them got into main.",
    boxes="Boxes that failed or stopped",
    box_failed="failed: {0}",
    box_returned="dealt again later: {0}",
    box_stopped="stopped: {0}",
    no_boxes="None.",
    spent="Spent today: ${usd:.2f}, {calls:,} calls, {tokens_in:,} tokens in, {tokens_out:,} tokens out. "
    "This month: ${month:.2f}.",
    reasons="Reasons",
    no_reasons="Nothing stopped, and nothing is blocked.",
    red="{0} is red on main, and counts against nobody. {1}",
    blocked="{0} needs a person: {1}",
    waits="{0} waits until this is mended, and nothing of it failed: {1}",
    running="A run is on.",
    cards="Cards",
    cards_counts=("created", "done", "failed attempts today", "blocked", "waiting"),
    cards_today="Cards stamped today: {0:,}.",
    strikes="Strikes today: {0:,} in {1:,} files ({2}).",
    no_strikes="Nothing was struck today.",
    action={
        "replace": "replaced",
        "report": "reported",
        "overlap": "inside another replacement",
        "error": "not possible",
    },
    next="Next: `{0}`",
    next_none="Next: release a ticket (set it to IN_PROGRESS in D_ROADMAP.md), then `factory run`.",
    next_blocked="`factory log {0}` shows what was tried. Mend the ticket, then `factory retry {0}` and `factory run`.",
    child="For a ten-year-old",
    child_none="Nobody has given the robots a job yet.",
    child_all="Every job is done ({created} of {created}), and each was checked before it counted.",
    child_some="Jobs that the robots got: {created}. Done and checked: {done}.",
    child_hard="Too hard for them, so a grown-up must look: {blocked}.",
    child_waiting="Still waiting: {waiting}.",
    child_cards="Small cards done and checked: {done:,} of {created:,}.",
    child_spent="It cost ${usd:.2f} today.",
    unread="The tables could not be read, so nothing is counted here: {0}",
    by_hand="a person took it off the line",
    why={
        Triage.IMPORT: "the code uses something that is not there to import",
        Triage.PATH: "a file or a folder was not where the code looked for it",
        Triage.SCHEMA: "data did not have the agreed shape",
        Triage.TEST: "its tests or checks were not green",
        Triage.API: "a server that it needs refused or failed",
        Triage.SCOPE: "the change touched files that it may not touch",
        Triage.GUARD: "the change broke a rule of the project",
        Triage.CONFLICT: "somebody else changed the same lines meanwhile",
        Triage.TIMEOUT: "it took longer than its time limit",
        Triage.EMPTY: "the worker changed nothing",
        Triage.VACUOUS: "its check was green before any work, so it proves nothing",
        Triage.TAMPER: "the change tried to fool the checks",
        Triage.WORKER: "the worker itself broke down",
        Triage.ENVIRONMENT: "the checks themselves could not run",
    },
    stop={kind: stop.english for kind, stop in stops.STOPS.items()},
)

KOREAN = Phrases(
    title="한국어",
    counts=("만든 것", "끝난 것", "오늘 실패한 시도", "막힌 것", "기다리는 것"),
    today="오늘 끝낸 것: {0}.",
    nothing_today="오늘 끝낸 것이 없습니다.",
    no_reader="위험도 때문에 감사가 필요하지만 아무도 읽지 않은 것: {0}. [auditor] worker를 설정하세요.",
    failed="오늘 실패한 시도는 {0}번이며, main에는 하나도 들어가지 않았습니다.",
    boxes="실패하거나 멈춘 상자",
    box_failed="실패: {0}",
    box_returned="나중에 다시 나눠 줌: {0}",
    box_stopped="멈춤: {0}",
    no_boxes="없습니다.",
    spent="오늘 쓴 것: ${usd:.2f}, 호출 {calls:,}번, 입력 토큰 {tokens_in:,}개, 출력 토큰 {tokens_out:,}개. "
    "이번 달: ${month:.2f}.",
    reasons="이유",
    no_reasons="멈춘 일도, 막힌 티켓도 없습니다.",
    red="main에서 {0}이(가) 실패하고 있습니다. 어느 시도의 탓도 아닙니다. {1}",
    blocked="{0}: 사람이 봐야 합니다. {1}",
    waits="{0}: 실패한 것은 없으며, 이것을 고칠 때까지 기다립니다. {1}",
    running="지금 일하고 있습니다.",
    cards="카드",
    cards_counts=("만든 것", "끝난 것", "오늘 실패한 시도", "막힌 것", "기다리는 것"),
    cards_today="오늘 스탬프를 받은 카드: {0:,}장.",
    strikes="오늘 친 것: 파일 {1:,}개에서 {0:,}건 ({2}).",
    no_strikes="오늘 친 것이 없습니다.",
    action={"replace": "바꿈", "report": "알림", "overlap": "다른 바꿈 안에 있음", "error": "할 수 없음"},
    next="다음 명령: `{0}`",
    next_none="다음: D_ROADMAP.md에서 티켓을 IN_PROGRESS로 바꾸고 `factory run`을 실행하세요.",
    next_blocked="`factory log {0}`에서 무엇을 해 봤는지 볼 수 있습니다. "
    "티켓을 고친 뒤 `factory retry {0}`, `factory run`을 실행하세요.",
    child="열 살 어린이에게",
    child_none="아직 아무도 로봇에게 일을 주지 않았어요.",
    child_all="일 {created}개를 모두 끝냈고, 하나하나 검사까지 마쳤어요.",
    child_some="로봇이 받은 일은 {created}개예요. 그중 {done}개를 끝냈고, 끝낸 것은 모두 검사했어요.",
    child_hard="{blocked}개는 어른이 봐 줘야 해요.",
    child_waiting="{waiting}개는 아직 차례를 기다려요.",
    child_cards="작은 카드 {created:,}장 가운데 {done:,}장을 끝내고 검사했어요.",
    child_spent="오늘 ${usd:.2f}를 썼어요.",
    unread="표를 읽을 수 없어서 여기서는 세지 못했습니다: {0}",
    by_hand="사람이 줄에서 뺐습니다",
    why={
        Triage.IMPORT: "코드가 없는 것을 import 합니다",
        Triage.PATH: "파일이나 폴더가 있어야 할 곳에 없습니다",
        Triage.SCHEMA: "데이터가 약속한 모양이 아닙니다",
        Triage.TEST: "테스트나 검사를 통과하지 못했습니다",
        Triage.API: "필요한 서버가 거절했거나 고장 났습니다",
        Triage.SCOPE: "건드리면 안 되는 파일을 건드렸습니다",
        Triage.GUARD: "프로젝트의 규칙을 어겼습니다",
        Triage.CONFLICT: "그사이 다른 사람이 같은 줄을 고쳤습니다",
        Triage.TIMEOUT: "정해진 시간을 넘겼습니다",
        Triage.EMPTY: "작업자가 아무것도 바꾸지 않았습니다",
        Triage.VACUOUS: "일하기 전부터 검사가 통과해서, 아무것도 증명하지 못합니다",
        Triage.TAMPER: "변경이 검사를 속이려고 했습니다",
        Triage.WORKER: "작업자 자체가 고장 났습니다",
        Triage.ENVIRONMENT: "검사 자체를 돌릴 수 없었습니다",
    },
    stop={kind: stop.korean for kind, stop in stops.STOPS.items()},
)

BOTH = (ENGLISH, KOREAN)
