"""What a run that is on waits for, in words that need no knowledge of the code. Pure."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from factory.clock import clock_face
from factory.records.sleep import Sleep


class WaitKind(NamedTuple):
    """One kind of wait, and how it ends."""

    english: str
    korean: str


WAITS = {
    "work": WaitKind("it waits for new work: a commit on main", "새 일, 곧 main의 새 커밋을 기다립니다"),
    "mended": WaitKind(
        "it waits for a commit on main that mends what stopped it",
        "원인을 고치는 커밋이 main에 올라오기를 기다립니다",
    ),
    "budget": WaitKind(
        "it waits for the next day's budget, or a commit on main", "다음 날의 예산이나 main의 새 커밋을 기다립니다"
    ),
    "quota": WaitKind(
        "it waits for the model's server to let calls through again, or a commit on main",
        "모델 서버가 다시 호출을 받거나 main에 새 커밋이 올라오기를 기다립니다",
    ),
    "refused": WaitKind(
        "the model's server refused too many calls in a row; it waits before it asks again, or for a commit on main",
        "모델 서버가 호출을 잇달아 거절해서, 다시 묻기 전에 쉽니다. main에 새 커밋이 올라오면 바로 이어 갑니다",
    ),
    "server": WaitKind("it waits as a server asked", "서버가 시킨 만큼 기다립니다"),
    "folder": WaitKind(
        "what passed waits for what lies in its way in your folder",
        "검사를 통과한 것이 내 폴더의 길이 트이기를 기다립니다",
    ),
    "held": WaitKind("it waits for `factory resume`", "`factory resume`을 기다립니다"),
    "moved": WaitKind("main kept moving; it waits a while", "main이 계속 바뀌어서 잠시 기다립니다"),
}


def in_words(sleep: Sleep, zone: str, language: str = "en") -> str:
    """A line: what it waits for, until when, and the exact reason in brackets."""
    at, kind = sleep.until and clock_face(sleep.until, ZoneInfo(zone)), WAITS[sleep.kind]
    told = {"en": (kind.english, f", until {at} at the latest"), "ko": (kind.korean, f". 늦어도 {at}까지입니다")}
    words, until = told[language]
    return words + (until if at else "") + (f" ({sleep.why})" if sleep.why else "")
