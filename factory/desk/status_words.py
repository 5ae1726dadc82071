"""The words of `factory status` in its two languages. States, ids and commands are the same in both."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from factory.money.spend import dollars, said
from factory.plain import many


class StatusWords(NamedTuple):
    """One language's. Fields in braces are filled by `status` and by the live page."""

    language: str
    made_elsewhere: str
    nothing_released: str
    tried: str
    cards_of: str
    attempt: str
    minutes: str
    red: str
    red_more: str
    today: str
    today_unknown: str
    aside: str
    running: str
    more: Callable[[int], str]  # tickets that a window has no room for
    box: str
    no_box: str
    half: tuple[str, str]  # open, closed
    nothing_dealt: str
    rooms: str
    next: str
    tickets: Callable[[int], str]
    sum: Callable[[str, int | Decimal], str]  # calls, tokens_in, tokens_out, usd
    because: Callable[[str, str], str]  # (a triage, the exact reason) -> as it is told
    stopped: Callable[[str, str], str]  # (a kind of stop, why as `factory.json` says it) -> as it is told


ENGLISH = StatusWords(
    language="en",
    made_elsewhere="Worked on in another clone: {0}; what that took and cost stands in its ledger, and not here.",
    nothing_released="Nothing is released: set a ticket's status to IN_PROGRESS in D_ROADMAP.md and commit it.",
    tried="{0} tried",
    cards_of="cards of {0}: {1}  trucks {2}",
    attempt="attempt {0}",
    minutes="{0:.1f} min",
    red="red on main  {0}  {1}",
    red_more="red on main  and {0} more",
    today="today ({0}): {1}",
    today_unknown="today ({0}): not known here",
    aside="; set aside for calls that have not ended: {0}",
    running="running: {0}, {1}, sign of life {2:.0f} s ago",
    more=lambda number: f"and {many(number, 'more ticket')}; `factory status` shows them",
    box="box: {0}",
    no_box="none yet",
    half=("open", "closed"),
    nothing_dealt="nothing dealt",
    rooms="rooms: {0:.0f} MB on disk",
    next="next: {0}",
    tickets=lambda number: many(number, "ticket"),
    sum=said,
    because=lambda _triage, why: why,
    stopped=lambda _kind, why: why,
)


def words_of(language: str) -> StatusWords:
    """Those of `en` or `ko`. What Korean needs is loaded by whoever reads it."""
    return _korean() if language == "ko" else ENGLISH


def _korean() -> StatusWords:
    from factory.reports.phrases import KOREAN

    def because(kind: str, why: str) -> str:
        return KOREAN.by_hand.get(why) or KOREAN.detail(kind, why) or why

    def stopped(kind: str, why: str) -> str:
        exact = KOREAN.detail(kind, why)
        return KOREAN.stop.get(kind, why) + (f" ({exact})" if exact else "")

    def summed(name: str, amount: int | Decimal) -> str:
        return KOREAN_SUMS[name].format(dollars(amount) if name == "usd" else amount)

    return StatusWords(
        language="ko",
        made_elsewhere="다른 복제본에서 작업한 티켓: {0}. 걸린 시간과 비용은 그곳의 원장에 있고, 여기에는 없습니다.",
        nothing_released="시작하라고 한 티켓이 없습니다. D_ROADMAP.md에서 티켓을 IN_PROGRESS로 바꾸고 커밋하세요.",
        tried="시도 {0}번",
        cards_of="{0} 카드: {1}  트럭 {2}대",
        attempt="시도 {0}",
        minutes="{0:.1f}분째",
        red="main에서 실패  {0}  {1}",
        red_more="main에서 실패  그 밖에 {0}개",
        today="오늘({0}): {1}",
        today_unknown="오늘({0}): 여기서는 알 수 없습니다",
        aside=". 아직 끝나지 않은 호출에 예약: {0}",
        running="작업 중: {0}, {1}, 마지막 기척 {2:.0f}초 전",
        more="그 밖에 티켓 {0:,}개. `factory status`에 모두 있습니다".format,
        box="상자: {0}",
        no_box="아직 없음",
        half=("열림", "닫힘"),
        nothing_dealt="나눠 준 것 없음",
        rooms="방: 디스크 {0:.0f} MB",
        next="다음: {0}",
        tickets="티켓 {0:,}개".format,
        sum=summed,
        because=because,
        stopped=stopped,
    )


KOREAN_SUMS = {
    "calls": "호출 {0:,}번",
    "tokens_in": "입력 토큰 {0:,}개",
    "tokens_out": "출력 토큰 {0:,}개",
    "usd": "{0}달러",
}
