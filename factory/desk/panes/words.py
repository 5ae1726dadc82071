"""The words of the panes and of the console's pages, in both languages: a row a word, so that none lacks one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from factory.desk.panes.page_words import PAGE_WORDS
from factory.desk.panes.word_groups import GROUPS, Word
from factory.money.spend import dollars
from factory.reports import phrases

LANGUAGES = ("en", "ko")

WORDS: Mapping[str, Word] = {
    # the page
    "console": ("Console", "콘솔"),
    "incident": ("Incident", "사고"),
    "pages": ("Pages", "페이지"),
    "panes": ("panes", "창"),
    "layouts": ("Layouts", "배치"),
    "keep_as": ("Keep these panes as", "지금 배치를 저장할 이름"),
    "keep": ("Keep", "저장"),
    "as_json": ("My layouts as JSON", "내 배치를 JSON으로 받기"),
    "from_json": ("from JSON", "JSON에서 불러오기"),
    "kept_here": ("Kept in this browser.", "이 브라우저에 저장했습니다."),
    "keeps_nothing": ("This browser keeps nothing.", "이 브라우저에는 저장할 수 없습니다."),
    "no_layout": ("There is no layout in it.", "그 안에 배치가 없습니다."),
    "take_away": ("Take away", "지우기:"),
    "skip": ("Skip to what it shows", "본문으로 건너뛰기"),
    "search": ("Search", "찾기"),
    "go": ("Go", "찾기"),
    "reload": ("Reload", "새로 고침"),
    "ribbon": ("How the day goes", "오늘의 흐름"),
    "not_live": ("This page does not change by itself now.", "지금 이 페이지는 저절로 바뀌지 않습니다."),
    "read_only": ("Looks, and changes nothing.", "보기만 하고 아무것도 바꾸지 않습니다."),
    "none": ("–", "–"),
    "nothing": ("Nothing.", "없습니다."),
    "back": ("Back", "뒤로"),
    "log": ("Log", "로그"),
    "quit": ("Quit", "종료"),
    "look_for": ("a word; Enter keeps it, Escape lets it go", "찾을 낱말. Enter: 그대로 두기, Esc: 지우기"),
    # panes
    "line": ("Line now", "지금 라인"),
    "queue": ("Queue", "대기열"),
    "money": ("Money", "돈"),
    "models": ("Models", "모델"),
    "git": ("Git", "git"),
    "errors": ("Errors", "오류"),
    "people": ("People", "사람"),
    # ribbon
    "state": ("state", "상태"),
    "done_today": ("done today", "오늘 끝난 것"),
    "failed_today": ("failed attempts today", "오늘 실패한 시도"),
    "lead": ("lead time", "걸린 시간"),
    "recurrence": ("recurrence", "재발"),
    "autonomy": ("with no person", "사람 없이"),
    "of_cap": ("spent of", "쓴 돈, 한도"),
    "release": ("last release", "마지막 릴리스"),
    # line
    "rooms": ("Rooms", "방"),
    "item": ("item", "항목"),
    "title": ("title", "제목"),
    "since": ("for", "지난 시간"),
    "beat": ("last sign of life", "마지막 신호"),
    "reserved": ("set aside", "따로 둔 돈"),
    "nobody_works": ("Nobody works now.", "지금 일하는 작업자가 없습니다."),
    "boxes": ("Boxes, 3 + 3", "상자, 3 + 3"),
    "no_boxes": ("No box yet.", "아직 상자가 없습니다."),
    "cards": ("cards", "카드"),
    "news": ("What happened last", "최근에 일어난 일"),
    # queue
    "ready": ("ready", "시작할 수 있음"),
    "held": ("waits for others", "다른 것을 기다림"),
    "blocked": ("blocked", "막힘"),
    "planned": ("not released", "아직 시작 안 함"),
    "priority": ("priority", "우선순위"),
    "tries": ("tries", "시도"),
    "waits_since": ("waits for", "기다린 시간"),
    "passed_by": ("begun since", "그 뒤 시작된 시도"),
    "after": ("after", "먼저 끝날 것:"),
    "never_begun": ("never begun", "시작한 적 없음"),
    "starves": ("starves", "밀려남"),
    "nothing_waits": ("Nothing waits.", "기다리는 것이 없습니다."),
    # money
    "cap": ("of the day", "하루 몫"),
    "spent": ("settled", "쓴 것"),
    "most": ("cap", "한도"),
    "share": ("used", "사용률"),
    "by_hour": ("Today by hour", "오늘, 시간별"),
    "by_model": ("Today by model", "오늘, 모델별"),
    "by_ticket": ("Today by ticket", "오늘, 티켓별"),
    "nothing_paid": ("Nothing was paid today.", "오늘 낸 돈이 없습니다."),
    # models
    "of_attempts": ("Of the newest {} attempts with evidence.", "증거가 있는 최근 시도 {}번."),
    "model": ("model", "모델"),
    "attempts": ("attempts", "시도"),
    "calls": ("calls", "호출"),
    "tokens_in": ("tokens in", "들어간 토큰"),
    "tokens_out": ("tokens out", "나온 토큰"),
    "largest": ("largest request", "가장 큰 요청"),
    "request_errors": ("refused", "거절"),
    "retries": ("retries", "재시도"),
    "attempt_time": ("an attempt", "시도 하나"),
    "cost": ("cost", "비용"),
    "no_models": ("No attempt has ended yet.", "아직 끝난 시도가 없습니다."),
    # git
    "ledger": ("ledger", "원장"),
    "rewinds": ("taken back today", "오늘 되돌린 것"),
    "pass_rate": ("gate passes", "게이트 통과율"),
    "flaky": ("flaky tests an attempt", "시도마다 흔들린 테스트"),
    "stamps": ("Stamps", "스탬프"),
    "stamp": ("stamp", "스탬프"),
    "time": ("time", "시각"),
    "no_stamps": ("No stamp yet.", "아직 스탬프가 없습니다."),
    "red": ("Red on main", "main에서 빨간 것"),
    # errors
    "kinds": ("kinds of failure", "실패의 종류"),
    "verified": ("verified fixes", "확인된 해결"),
    "mend_time": ("time to mend", "고치는 데 걸린 시간"),
    "fingerprint": ("fingerprint", "지문"),
    "triage": ("class", "분류"),
    "cause": ("cause", "원인"),
    "seen": ("seen", "횟수"),
    "came_back": ("after its fix", "해결 뒤 재발"),
    "lesson": ("lesson", "교훈"),
    "misled": ("did not help", "도움이 안 됨"),
    "verified_one": ("verified", "확인됨"),
    "mended": ("mended, came back", "고쳤지만 재발"),
    "no_fix": ("no fix known", "아는 해결이 없음"),
    "last_failures": ("Last failures", "최근 실패"),
    # people
    "waits_for_person": ("Waits for a person", "사람을 기다리는 것"),
    "why": ("why", "이유"),
    "nobody_is_needed": ("Nothing waits for a person.", "사람을 기다리는 것이 없습니다."),
    "commands": ("Commands given", "내린 명령"),
    "runs": ("Runs", "실행"),
    "on_now": ("now", "지금"),
    "went_on": ("It went on at", "다시 이어진 때:"),
    "failed_attempts": ("failed attempts", "실패한 시도"),
    **PAGE_WORDS,
}


def words(language: str) -> dict[str, Any]:
    """All words of a language; the groups as tables of their own."""
    at = LANGUAGES.index(language)
    groups = {name: {key: word[at] for key, word in group.items()} for name, group in GROUPS.items()}
    return {**{key: word[at] for key, word in WORDS.items()}, **groups}


def lasted(language: str, seconds: float) -> str:
    """A duration as a person says it."""
    return phrases.of(language).duration(seconds)


def money(amount: float) -> str:
    """Dollars, small sums as they are: `$1.50`, `$0.0023`."""
    return f"${dollars(amount)}"
