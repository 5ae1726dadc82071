"""The numbers as a fold of events: what each event adds, and that it does not matter how often somebody looked."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.model import Event, Triage
from factory.money import pace
from factory.observe.beyond import Beyond
from factory.observe.measured import EVENTS, LATELY, MODELS, OTHER, Measured
from factory.records.papers import ModelCall, Paid
from tests.metrics.story import event, folded, has, number, story, told

ROOT = Path(__file__).parents[2]
STAMP = "a" * 40


def test_an_attempt_is_counted_with_its_end_and_its_time() -> None:
    found = told(
        folded(
            story(
                "run - @0", "start D-1 @10", event("fail D-1 @40", Triage="TEST"), "start D-1 @50", "stamped D-1 @350"
            )
        )
    )
    assert number(found, "factory_attempts_total", trade="ticket") == 2
    assert number(found, "factory_failed_attempts_total", trade="ticket", triage="TEST") == 1
    assert number(found, "factory_failed_attempts_total") == 1
    assert number(found, "factory_stamps_total", trade="ticket") == number(found, "ko_exec_success_total") == 1
    assert number(found, "ko_exec_duration_seconds_sum") == 330
    assert number(found, "ko_exec_duration_seconds_bucket", le="30") == 1
    assert number(found, "ko_exec_duration_seconds_bucket", le="300") == 2
    assert number(found, "github_merge_lead_time_seconds_sum") == 340
    assert number(found, "factory_last_event_timestamp_seconds") == 350


def test_cards_begin_in_one_event_and_fail_and_are_stamped_by_their_own_ids() -> None:
    start = event("start - @0", Cards="L1_TAG_000001#1 L1_TAG_000002#1")
    fail = event("fail L1_TAG_000001 @5", Triage="SCHEMA")
    found = told(folded(story("run - @0", start, fail, event("stamped - @9", Cards="L1_TAG_000002"))))
    assert number(found, "factory_attempts_total", trade="card") == 2
    assert number(found, "factory_failed_attempts_total", trade="card", triage="SCHEMA") == 1
    assert number(found, "factory_stamps_total", trade="card") == 1
    assert number(found, "factory_stamps_total", trade="ticket") == 0
    assert number(found, "ko_exec_duration_seconds_count") == 2


@pytest.mark.parametrize(
    ("before", "share"),
    [
        ((), 1),
        ((event("fail D-1 @2", Triage="TEST"), "start D-1 @3"), 0),
        (("killed D-1 @2", "start D-1 @3"), 1),
        ((event("fail D-1 @2", Triage="TEST"), "block D-1 @3", "retry D-1 @4", "start D-1 @5"), 0),
        (("cancel D-1 @2", "retry D-1 @3", "start D-1 @4"), 0),
        (("rewind D-1 @2", "start D-1 @4"), 0),
    ],
)
def test_a_stamp_is_autonomous_at_the_first_attempt_and_with_no_person(
    before: tuple[str | Event, ...], share: float
) -> None:
    found = told(folded(story("run - @0", "start D-1 @1", *before, "stamped D-1 @9")))
    assert number(found, "auto_progress_ratio") == share


def test_a_change_that_a_person_handed_in_is_no_autonomous_stamp() -> None:
    for before in ((), (event("run - @0", Run="of last night"),)):  # also after one that was killed
        handed_in = event("start D-1 @1", Run="by hand")
        assert number(told(folded(story(*before, handed_in, "stamped D-1 @9"))), "auto_progress_ratio") == 0


def test_shares_are_of_the_last_hundred_and_have_no_value_before_the_first() -> None:
    assert not has(told(), "auto_progress_ratio")
    assert not has(told(), "ci_pass_rate")
    many = [word for n in range(LATELY) for word in (f"start N-{n} @1", f"stamped N-{n} @2")]
    retried = ("start D-1 @1", event("fail D-1 @2", Triage="TEST"), "start D-1 @3", "stamped D-1 @9")
    assert number(told(folded(story("run - @0", *retried, *many[2:]))), "auto_progress_ratio") == 0.99
    assert number(told(folded(story("run - @0", *retried, *many))), "auto_progress_ratio") == 1


def test_a_run_that_could_not_write_its_end_is_a_killed_one() -> None:
    ended = ("run - @0", event("stop - @1", "asked for"), event("stop - @2", Stop="storm"))
    found = told(folded(story(*ended, "run - @3", "run - @9", event("stop - @10", Stop="a kind of tomorrow"))))
    assert number(found, "factory_stops_total", kind="killed") == 1
    assert number(found, "factory_stops_total", kind="storm") == 1
    assert number(found, "factory_stops_total", kind=OTHER) == 1
    assert number(found, "factory_stops_total") == 3


def test_a_run_that_was_killed_just_now_is_counted_before_the_next_one_writes_it_down() -> None:
    before = folded(story("run - @0"))
    now = told(before, killed=True, state="RECOVERABLE")
    after = told(before.then(story("run - @9")))
    for found in (now, after):
        assert number(found, "factory_stops_total", kind="killed") == 1


def test_what_a_provider_refused_is_an_error_and_what_was_in_the_way_is_none() -> None:
    found = told(
        folded(
            story(
                event("later D-1 @1", f"{pace.LIMITED}: waits 60 s"),
                event("later D-1 @2", f"{pace.DAILY}: waits 3600 s"),
                event("later D-1 @3", "main kept moving while the gate ran"),
            )
        )
    )
    assert number(found, "gpt5_error_total", code="limit") == 1
    assert number(found, "gpt5_error_total", code="daily_quota") == 1
    assert number(found, "gpt5_error_total") == number(found, "factory_model_errors_total") == 2
    assert number(found, "factory_put_off_total") == 3


def said(**more: object) -> Beyond:
    return Beyond(paid={"D-1": Paid("D-1")._replace(**more)})  # type: ignore[arg-type]


def test_what_the_evidence_says_is_counted_by_model() -> None:
    calls = (
        ModelCall(path="/messages", model="small", status=200, seconds=0.2),
        ModelCall(path="/messages", model="small", status=429, seconds=70.0),
        ModelCall(path="/count_tokens", model="small", status=200, seconds=0.1),
    )
    told_by = said(
        model="small", tokens_in=300, tokens_out=20, judged=True, tests={"passed": 8, "flaky": 2}, seen=calls
    )
    fail = event("fail D-1 @9", Triage="TEST")
    found = told(Measured().then([fail], {fail.oid: told_by}))
    assert number(found, "gpt5_token_usage_total", type="in", model="small") == 300
    assert number(found, "gpt5_token_usage_total", type="out", model="small") == 20
    assert number(found, "gpt5_request_latency_seconds_count", op="answer", model="small") == 2
    assert number(found, "gpt5_request_latency_seconds_bucket", op="answer", le="0.25") == 1
    assert number(found, "gpt5_error_total", code="429", model="small") == 1
    assert number(found, "factory_model_calls_total") == 3
    assert number(found, "factory_model_slow_calls_total") == 1
    assert (number(found, "ci_pass_rate"), number(found, "flaky_test_index")) == (0, 0.2)
    assert number(found, "factory_verdicts_total", verdict="fail") == 1
    assert number(found, "factory_tests_total", fate="flaky") == 2
    assert number(found, "factory_unread_evidence_total") == 0


def test_a_status_is_a_label_only_where_it_is_one_and_a_redirect_is_a_refusal() -> None:
    calls = tuple(ModelCall(model="m", status=status, seconds=1.0) for status in (200, 204, 302, 503, 0, 999_999))
    fail = event("fail D-1 @9", Triage="TEST")
    found = told(Measured().then([fail], {fail.oid: said(seen=calls)}))
    assert {key[0] for key in found["gpt5_error_total"] if found["gpt5_error_total"][key]} == {"302", "503", OTHER}
    assert number(found, "factory_model_errors_total") == 4


def test_an_attempt_whose_evidence_is_not_here_is_counted_and_said_to_be_unread() -> None:
    found = told(folded(story(event("fail D-1 @9", Triage="TEST"))))
    assert number(found, "factory_unread_evidence_total") == number(found, "factory_failed_attempts_total") == 1
    assert number(found, "gpt5_token_usage_total") == 0


def test_a_stamp_has_the_time_of_its_commit_and_not_of_an_event_that_came_late() -> None:
    late = event("stamped D-1 @90000", Stamp=STAMP)
    found = told(Measured().then([*story("run - @0", "start D-1 @10"), late], {late.oid: Beyond(time=40)}))
    assert number(found, "github_merge_lead_time_seconds_sum") == number(found, "ko_exec_duration_seconds_sum") == 30


def test_a_worker_that_says_a_new_model_each_time_fills_no_more_labels_than_there_are() -> None:
    events = [event(f"fail D-1 @{n}", Triage="TEST") for n in range(2 * MODELS)]
    beyond = {one.oid: said(model=f"model {n}\u202e\n", tokens_in=1) for n, one in enumerate(events)}
    found = Measured().then(events, beyond)
    assert len(found.models) == MODELS
    values = told(found)
    assert number(values, "gpt5_token_usage_total", type="in", model=OTHER) == MODELS
    assert number(values, "gpt5_token_usage_total", type="in") == 2 * MODELS
    assert number(values, "gpt5_token_usage_total", type="in", model="model 0") == 1


def test_words_that_nobody_knows_are_counted_under_one_label() -> None:
    found = told(folded(story("a-forged-name - @1", "another - @2", event("fail D-1 @3", Triage='{x="}'))))
    assert number(found, "factory_events_total", event=OTHER) == 2
    assert number(found, "factory_failed_attempts_total", triage=OTHER) == 1


def test_every_event_that_the_line_writes_has_its_name_here() -> None:
    """Whatever writes one says its name as a word: one that is missing would be counted as `other`."""
    found = set()
    for path in (ROOT / "factory").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= {word for word in written_as(node) if isinstance(word, str)}
    assert {"start", "beat", "pack", "killed", "compile", "run", "stop", "resume"} <= found
    assert found <= EVENTS


def written_as(call: ast.Call) -> list[object]:
    """The name of the event that a call writes, where it is one and says it."""
    does = ast.unparse(call.func).rpartition(".")[2]
    if does == "Event":
        return [k.value.value for k in call.keywords if k.arg == "name" and isinstance(k.value, ast.Constant)]
    by_house = call.args and ast.unparse(call.args[0]) in ("house", "self._house")
    words = [one.value for one in call.args[1:3] if isinstance(one, ast.Constant)]
    return words[:1] if by_house and does in ("write", "mark", "_tell") else []


def test_a_box_fails_where_its_checkpoint_names_what_was_quarantined() -> None:
    found = told(folded(story("checkpoint - @1", event("checkpoint - @2", Failed="D-2 D-5"))))
    assert (number(found, "factory_checkpoints_total"), number(found, "factory_boxes_failed_total")) == (2, 1)


NAMES = st.sampled_from(sorted(EVENTS))
ITEMS = st.sampled_from(["D-1", "D-2", "L1_TAG_000001", ""])
TRAILERS = st.fixed_dictionaries(
    {},
    optional={
        "Factory-Triage": st.sampled_from([*Triage, "odd"]),
        "Factory-Stop": st.sampled_from(["done", "storm"]),
        "Factory-Cards": st.sampled_from(["L1_TAG_000001#1 L1_TAG_000002#2", "L1_TAG_000002"]),
        "Factory-Stamp": st.sampled_from(["1" * 40, "2" * 40]),
        "Factory-Failed": st.just("D-1"),
    },
)
BEYOND = st.builds(
    Beyond,
    time=st.none() | st.integers(0, 5000),
    paid=st.dictionaries(
        ITEMS,
        st.builds(
            Paid,
            st.just("D-1"),
            model=st.text(max_size=3),
            tokens_in=st.integers(0, 99),
            tokens_out=st.integers(0, 99),
            judged=st.booleans(),
            tests=st.dictionaries(st.sampled_from(["passed", "flaky", "odd"]), st.integers(0, 9)),
            seen=st.lists(
                st.builds(
                    ModelCall,
                    model=st.text(max_size=2),
                    status=st.integers(0, 599),
                    seconds=st.none() | st.floats(0, 700),
                )
            ).map(tuple),
        ),
        max_size=2,
    ),
)
STORIES = st.lists(
    st.tuples(st.builds(Event, name=NAMES, ticket=ITEMS, time=st.integers(0, 5000), trailers=TRAILERS), BEYOND),
    max_size=30,
).map(lambda pairs: [(one.model_copy(update={"oid": f"{n:040x}"}), more) for n, (one, more) in enumerate(pairs)])


@given(STORIES, st.lists(st.integers(0, 30)))
def test_however_often_it_is_looked_at_the_numbers_are_the_same(
    pairs: list[tuple[Event, Beyond]], cuts: list[int]
) -> None:
    """A restart forgets what was kept, a kill comes between any two events: it is a function of the events alone."""
    events, beyond = [one for one, _ in pairs], {one.oid: more for one, more in pairs}
    whole = Measured().then(events, beyond)
    piecemeal, at = Measured(), 0
    for cut in sorted(cuts):
        piecemeal, at = piecemeal.then(events[at:cut], beyond), max(at, cut)
    assert piecemeal.then(events[at:], beyond) == whole
    assert told(whole) == told(Measured().then(events, beyond))


@given(STORIES)
def test_no_counter_ever_falls(pairs: list[tuple[Event, Beyond]]) -> None:
    from factory.observe.metrics import METRICS

    counters = {metric.name for metric in METRICS if metric.kind == "counter"}
    found = Measured()
    before = told(found)
    for one, more in pairs:
        found = found.then([one], {one.oid: more})
        now = told(found)
        for name in counters:
            for key, value in before[name].items():
                assert now[name][key] >= value  # type: ignore[operator]
        before = now
