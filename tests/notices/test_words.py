"""The messages' words: whole in both languages, and short enough for a phone."""

from __future__ import annotations

import re

import pytest

from factory.model import Event, Triage
from factory.notices import wording
from factory.notices.causes import CAUSE, NOTICE, PERSON, SAME, WAITS, DayHeard, RunDid, did
from factory.notices.notice import Cause, Notice
from factory.notices.phrases import ENGLISH, KOREAN, NoticePhrases, in_language
from factory.notices.wording import HowEnded, NoticeFrame, of_alert, of_cause, of_stop, of_test
from factory.records.record import BY_HAND
from factory.reports.stops import STOPS
from tests.hostile import HOSTILE

FRAMES = {"en": NoticeFrame("shop", ENGLISH, "`factory report`"), "ko": NoticeFrame("shop", KOREAN, "`factory report`")}
HANGUL = re.compile(r"[가-힣]")
OBEYED = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0041]"
)
LANGUAGES = pytest.mark.parametrize("language", FRAMES)


def is_whole(notice: Notice, language: str) -> None:
    """Every line is there, nothing is left to be filled in, and it is in its language."""
    lines = [notice.title, *notice.text.splitlines()]
    assert len(lines) == 4
    assert all(lines)
    assert not re.search(r"\{\w*\}", "\n".join(lines))
    assert all(bool(HANGUL.search(line)) is (language == "ko") for line in lines)


def did_block(*blocked: str) -> RunDid:
    return RunDid(2, 3, blocked)


@LANGUAGES
@pytest.mark.parametrize("kind", STOPS)
def test_every_end_of_a_run_has_its_words(kind: str, language: str) -> None:
    for seen in (did_block(), did_block("D-1"), did_block(*(f"D-{n}" for n in range(9)))):
        is_whole(of_stop(HowEnded(kind, "", "factory run"), "key", seen, FRAMES[language]), language)


@LANGUAGES
@pytest.mark.parametrize("kind", Triage)
@pytest.mark.parametrize("count", [1, 2, 9])
def test_every_cause_has_its_words(kind: str, count: int, language: str) -> None:
    items = tuple(f"D-{n}" for n in range(count))
    for event in ("blocked", "waits"):
        is_whole(of_cause(Cause(event, "key", kind, "the exact reason", items), FRAMES[language]), language)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_strangers_words_stay_in_their_line_and_nothing_obeys_them(text: str) -> None:
    frame = FRAMES["en"]._replace(place=text)
    told = [
        of_cause(Cause(event, "key", kind, text, ("D-1",)), frame)
        for event in ("blocked", "waits")
        for kind in ("", "TEST")
    ]
    for notice in (*told, of_stop(HowEnded("machine", text, "factory run"), "key", did_block(), frame)):
        assert ("\n" in notice.title, notice.text.count("\n")) == (False, 2)
        assert not OBEYED.search(notice.title + notice.text)


@LANGUAGES
def test_what_no_failure_blocked_is_told_by_who_did(language: str) -> None:
    is_whole(of_cause(Cause("blocked", "key", "", BY_HAND, ("D-1",)), FRAMES[language]), language)


@LANGUAGES
def test_the_other_messages_have_their_words(language: str) -> None:
    frame = FRAMES[language]
    is_whole(of_cause(Cause("budget", "key", "near", "$16 of $20 used today"), frame), language)
    is_whole(of_test(frame), language)
    alert = of_alert("retries", "retries is 3, and more than 2", "P2", frame)
    assert bool(HANGUL.search(alert.todo)) is (language == "ko")


def test_the_two_languages_have_the_same_sentences() -> None:
    def places(words: NoticePhrases) -> dict[str, list[str]]:
        return {
            name: sorted(re.findall(r"\{\w*\}", text))
            for name, text in words._asdict().items()
            if isinstance(text, str)
        }

    assert places(ENGLISH) == places(KOREAN)
    assert ENGLISH.title.keys() == KOREAN.title.keys()
    assert [in_language(word) for word in ("en", "ko", "xx")] == [ENGLISH, KOREAN, ENGLISH]


def test_a_reason_of_any_length_leaves_a_message_that_a_phone_shows() -> None:
    why = "x" * 100_000
    assert len(of_cause(Cause("waits", "key", "", why, ("D-1",)), FRAMES["en"]).text) < 1000
    assert len(of_stop(HowEnded("machine", why, "factory run"), "key", did_block(), FRAMES["en"]).text) < 1000


# --- the fold --------------------------------------------------------------------------------------------


def event(name: str, ticket: str = "", text: str = "it broke", **trailers: str) -> Event:
    return Event(name=name, ticket=ticket, text=text, trailers=trailers, time=100)


def waiting(*events: Event) -> dict[str, tuple[str, ...]]:
    found = DayHeard()
    for one in events:
        found.hear(one)
    return {key: cause.items for key, cause in found.waiting.items()}


def test_items_that_fail_alike_are_one_cause_and_what_was_told_is_none() -> None:
    alike = [event("block", f"D-{n}", **{SAME: "f1"}) for n in (1, 2)]
    assert waiting(*alike) == {"blocked:f1": ("D-1", "D-2")}
    told = event(NOTICE, **{CAUSE: "blocked:f1 waits:other"})
    assert waiting(*alike, told) == waiting(told, *alike) == {}


def test_without_a_fingerprint_reasons_that_differ_in_numbers_alone_are_alike() -> None:
    found = waiting(*(event("block", f"D-{n}", f"it took {n}.5 s") for n in (1, 2)))
    assert list(found.values()) == [("D-1", "D-2")]


@pytest.mark.parametrize("mended", ["start", "stamped", "release", "retry", "cancel", "wait"])
def test_an_item_that_goes_on_is_told_of_no_more(mended: str) -> None:
    waits = event("wait", "D-1", **{WAITS: PERSON})
    other = event("wait", "D-2", **{WAITS: PERSON})
    assert list(waiting(waits, other).values()) == [("D-1", "D-2")]
    assert list(waiting(waits, other, event(mended, "D-1")).values()) == [("D-2",)]
    assert waiting(waits, event(mended, "D-1")) == {}


def test_an_item_that_waits_for_the_day_to_turn_waits_for_nobody() -> None:
    assert waiting(event("wait", "D-1")) == {}


def test_what_a_run_did_is_counted_and_what_it_blocked_and_mended_is_no_more_blocked() -> None:
    cards = event("stamped", **{"Factory-Cards": "L1_A_000001#1 L1_A_000002#1"})
    blocked = [event("block", f"D-{n}") for n in (1, 2)]
    given = [event("fail", "D-1"), *blocked, cards, event("release", "D-1"), event("stamped", "D-1")]
    assert did(given) == RunDid(stamped=3, failed=1, blocked=("D-2",))
    assert did([event("beat"), event("deal")]) == RunDid()


def test_what_a_run_is_over_by_is_named_by_its_event() -> None:
    named = {kind: of_stop(HowEnded(kind, "", "x"), "k", did_block(), FRAMES["en"]).event for kind in STOPS}
    assert {kind for kind, event in named.items() if event == "finished"} == {"done", "limit"}
    assert (named["storm"], named["budget"], named["machine"]) == ("storm", "budget", "stopped")
    assert set(wording.EVENTS) < set(STOPS)
