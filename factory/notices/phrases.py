"""The words of the messages in their two languages, the same sentences side by side."""

from __future__ import annotations

from typing import NamedTuple

from factory.reports import phrases
from factory.reports.wording import Phrases


class NoticePhrases(NamedTuple):
    """One language's words. What stands in braces is filled by `wording`."""

    day: Phrases  # the words of the day's report, which the reasons are told in
    title: dict[str, str]  # by the event; `near`: of a budget that is nearly used up
    one: dict[str, str]  # a title about a single item
    near: str
    waits: str
    and_more: str
    counts: str
    blocked: str
    todo: str
    nothing: str
    go_on: str
    mend: str
    raise_cap: str
    waiting: str
    alert: str
    page: str
    test: str
    test_todo: str


ENGLISH = NoticePhrases(
    day=phrases.ENGLISH,
    title={
        "stopped": "the factory stopped",
        "storm": "too much failed in a row, and the factory stopped",
        "budget": "the day's budget is used up",
        "near": "the day's budget is nearly used up",
        "blocked": "{n} are BLOCKED for the same reason",
        "waits": "{n} wait for a person",
        "finished": "the run is finished",
        "alert": "alert {urgency}",
        "test": "a test message",
    },
    one={"blocked": "{item} is BLOCKED", "waits": "{item} waits for a person"},
    near="80 % of a cap of the day is used: {0}.",
    waits="What keeps it, and nothing failed by it: {0}",
    and_more="{0} and {1} more",
    counts="In this run: {stamped} stamped, {failed} failed attempts.",
    blocked="BLOCKED in it: {0}.",
    todo="What to do: {0}",
    nothing="nothing.",
    go_on="nothing now, if you like; `{0}` goes on where it was.",
    mend="mend what the reason names, then `{0}`.",
    raise_cap="nothing, and it ends at the cap; or raise [budget] in ssot/factory.toml.",
    waiting="mend that; the next `factory run` goes on by itself, a run that is on now may need to be started again.",
    alert="`factory alerts` shows what fires, `factory help NAME` what to do; [kpi] has thresholds of your own.",
    page="To read: {0}",
    test="This is what a word from the factory looks like. Nothing happened.",
    test_todo="nothing: you are reading it, so this receiver works.",
)

KOREAN = NoticePhrases(
    day=phrases.KOREAN,
    title={
        "stopped": "공장이 멈췄습니다",
        "storm": "실패가 잇달아 공장이 멈췄습니다",
        "budget": "하루 예산을 다 썼습니다",
        "near": "하루 예산을 거의 다 썼습니다",
        "blocked": "같은 이유로 {n}개가 막혔습니다",
        "waits": "{n}개가 사람을 기다립니다",
        "finished": "실행이 끝났습니다",
        "alert": "경보 {urgency}",
        "test": "시험 메시지",
    },
    one={"blocked": "{item}: 막혔습니다", "waits": "{item}: 사람을 기다립니다"},
    near="하루 한도 하나의 80%를 썼습니다. {0}.",
    waits="실패한 것은 없으며, 이것 때문에 기다립니다. {0}",
    and_more="{0} 외 {1}개",
    counts="이번 실행: 스탬프 {stamped}개, 실패한 시도 {failed}번.",
    blocked="그중 막힌 것: {0}.",
    todo="할 일: {0}",
    nothing="없습니다.",
    go_on="지금 할 일은 없습니다. `{0}` 명령으로 하던 곳에서 이어집니다.",
    mend="이유에 적힌 것을 고친 뒤 `{0}` 명령을 실행하세요.",
    raise_cap="없습니다. 한도에 이르면 멈춥니다. 더 쓰려면 ssot/factory.toml의 [budget]을 올리세요.",
    waiting="그것을 고치세요. 다음 `factory run`이 알아서 이어 갑니다. 지금 도는 실행은 다시 시작해야 할 수 있습니다.",
    alert="무엇이 울리는지는 `factory alerts`, 할 일은 `factory help 이름`에 있습니다. 기준은 [kpi]에 있습니다.",
    page="볼 곳: {0}",
    test="공장이 보내는 메시지는 이렇게 생겼습니다. 아무 일도 일어나지 않았습니다.",
    test_todo="없습니다. 이 메시지를 읽고 있다면 잘 도착한 것입니다.",
)


def in_language(language: str) -> NoticePhrases:
    """The words of a language (`en`, `ko`); English where it is neither."""
    return KOREAN if language == "ko" else ENGLISH
