"""Words that stand for one of a few things: a state, a measure, a question of a proof; in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from factory.model import State

Word = tuple[str, str]  # in English, in Korean

STATES: Mapping[str, Word] = {
    "READY": ("READY", "준비됨"),
    "RUNNING": ("RUNNING", "실행 중"),
    "RECOVERABLE": ("RECOVERABLE", "이어서 할 수 있음"),
    "FAIL_STOP": ("FAIL_STOP", "사람이 필요함"),
}
HOW: Mapping[str, Word] = {
    "done": ("done", "끝남"),
    "failed": ("failed", "실패"),
    "returned": ("dealt again later", "나중에 다시"),
    "works": ("at work", "일하는 중"),
    "waits": ("waits", "기다림"),
    "free": ("free", "빈자리"),
}
MEASURES: Mapping[str, Word] = {
    "calls": ("calls", "호출"),
    "tokens_in": ("tokens in", "들어간 토큰"),
    "tokens_out": ("tokens out", "나온 토큰"),
    "usd": ("dollars", "달러"),
}
ITEM_STATES: Mapping[str, Word] = {
    State.PENDING.value: ("waits", "기다림"),
    State.INFLIGHT.value: ("at work", "일하는 중"),
    State.DONE.value: ("done", "끝남"),
    State.BLOCKED.value: ("blocked", "막힘"),
    "PLANNED": ("not released", "아직 시작 안 함"),
}
EVENTS: Mapping[str, Word] = {
    "run": ("run", "실행 시작"),
    "stop": ("stop", "멈춤"),
    "resume": ("resume", "다시 시작"),
    "deal": ("deal", "나눔"),
    "start": ("start", "시작"),
    "stamped": ("stamped", "스탬프"),
    "fail": ("fail", "실패"),
    "block": ("block", "막힘"),
    "later": ("later", "미룸"),
    "killed": ("killed", "강제 종료"),
    "wait": ("wait", "기다림"),
    "checkpoint": ("checkpoint", "체크포인트"),
    "reserve": ("reserve", "따로 둠"),
    "settle": ("settle", "정산"),
    "spent": ("spent", "지출"),
    "release": ("release", "풀림"),
    "retry": ("retry", "재시도"),
    "replan": ("replan", "다시 계획"),
    "cancel": ("cancel", "취소"),
    "rewind": ("rewind", "되돌림"),
    "adopt": ("adopt", "이전 기록"),
    "leave": ("leave", "남김"),
    "note": ("note", "메모"),
    "pack": ("pack", "꾸림"),
    "fold": ("fold", "정리"),
    "report": ("report", "보고서"),
    "compile": ("compile", "카드로 만듦"),
    "day": ("day", "하루"),
    "plan": ("plan", "계획"),
    "work": ("work", "작업"),
    "evidence": ("evidence", "증거"),
}
CHECKS: Mapping[str, Word] = {
    "shape": ("It is a merge of two parents", "두 부모의 병합입니다"),
    "hand": ("The factory wrote it, and nobody amended it", "공장이 썼고 아무도 고치지 않았습니다"),
    "rows": ("It sets no row of another to DONE", "남의 행을 DONE으로 바꾸지 않습니다"),
    "words": (
        "Its words are those of its result and its tree (Factory-Result, Factory-Gate-Tree)",
        "결과와 트리에 맞는 말을 합니다(Factory-Result, Factory-Gate-Tree)",
    ),
    "chain": (
        "Plan, work and evidence are three commits, and each adds only what it may",
        "계획, 작업, 증거는 세 커밋이고, 각각 허락된 것만 더합니다",
    ),
    "whole": ("Subject, trailers and result tell of this attempt", "제목, 트레일러, 결과가 이 시도를 말합니다"),
    "result": ("Its result says PASS, with the number that the stamp names", "결과가 PASS이고 번호가 같습니다"),
    "gate": (
        "Every guard and every tier of main's settings passed",
        "main의 설정에 있는 모든 가드와 단계를 통과했습니다",
    ),
    "evidence": ("No file of the evidence is missing or was edited", "증거 파일이 빠지거나 고쳐지지 않았습니다"),
    "agrees": ("The evidence is of this attempt, and of no other", "증거가 바로 이 시도의 것입니다"),
    "own": (
        "Each criterion was red before and green after; its tree is main with this change and nothing else",
        "합격 기준마다 일하기 전에는 빨갛고 뒤에는 푸르며, 트리는 main에 이 변경만 더한 것입니다",
    ),
    "guards": (
        "Today's guards, where it was they who judged it, object to nothing when they are run again",
        "오늘의 가드가 판정한 것이라면, 다시 돌려도 걸리는 것이 없습니다",
    ),
    "own_card": (
        "It is the card that was packed, and its output is what its `accept` asks for",
        "꾸려진 바로 그 카드이고, 결과물이 `accept`가 바라는 것입니다",
    ),
    "again": ("Its gate, run again, passes it", "게이트를 다시 돌려도 통과합니다"),
    "signature": (
        "Where main names who may sign, one of them signed it",
        "서명할 사람을 main이 정했다면, 그중 한 사람이 서명했습니다",
    ),
}
PRIORITIES: Mapping[str, Word] = {
    "page": ("page", "호출"),
    "ticket": ("ticket", "나중에"),
}
ROLES: Mapping[str, Word] = {
    "system": ("Instructions", "지시"),
    "user": ("Asked", "질문"),
    "model": ("It had answered", "앞선 답"),
}
GROUPS = {
    "roles": ROLES,
    "priorities": PRIORITIES,
    "checks": CHECKS,
    "event_names": EVENTS,
    "states": STATES,
    "how": HOW,
    "measures": MEASURES,
    "item_states": ITEM_STATES,
}
