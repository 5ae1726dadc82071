"""Why something happened, as the panes tell it: in a page's language where the factory worded it."""

from __future__ import annotations

from factory.model import Event, Triage
from factory.reports import phrases
from factory.reports.korean import told as in_korean
from factory.reports.runs import STOP
from factory.reports.stops import KILLED, KILLED_KOREAN, STOPS

ENGLISH_STOPS = frozenset(stop.english for stop in STOPS.values())


def triage_in(language: str, triage: str) -> str:
    """What a class of failure means; empty for another word."""
    return phrases.of(language).why[Triage(triage)] if triage in Triage.__members__ else ""


def stop_kind(language: str, kind: str) -> str:
    """Why a run ended, by its kind; the kind itself where it is none of ours."""
    return phrases.of(language).stop.get(kind, kind)


def stop_in(language: str, why: str) -> str:
    """The reason of a stop, as `factory.json` words it, in a language: the exact part in brackets stays as it is."""
    if language == "en":
        return why
    for english, korean in ((KILLED, KILLED_KOREAN), *((stop.english, stop.korean) for stop in STOPS.values())):
        if why.startswith(english):
            return korean + why.removeprefix(english)
    return why


def event_in(language: str, event: Event) -> str:
    """What an event says, in a language where the factory worded it, and else as it stands in the ledger."""
    if event.name == "stop":
        return stop_kind(language, event.trailers.get(STOP, "")) if event.text in ENGLISH_STOPS else event.text
    return why_in(language, event.trailers.get("Factory-Triage", ""), event.text)


def why_in(language: str, triage: str, why: str) -> str:
    """A reason: before the exact one, which is kept, what it means in the language, where there is such a sentence."""
    told = phrases.of(language).detail(triage, why.removeprefix(f"{triage}: ")) if triage else None
    return f"{told}: {why}" if told else why


def reason_in(language: str, why: str) -> str:
    """A reason of the factory's own making in a language; any other text as it stands."""
    return why if language == "en" else in_korean("", why) or why
