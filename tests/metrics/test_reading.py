"""The numbers of real repositories: read from git alone, the same whoever looks, whenever, and after whatever kill."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from factory.desk.metrics import MetricsPage, page
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.observe.metrics import METRICS
from factory.observe.reading import Numbers
from factory.observe.released import released
from factory.records.papers import CALLS, MOST_CALLS, RESULT, Paid, Papers, calls, paid
from factory.tree import FILE, Entry
from tests.line.conftest import RIGHT, Shop, roadmap
from tests.line.night import FAST, SLOW, running
from tests.trucks.conftest import MakeDay
from tests.trucks.test_failures import GOOD_AND_BAD, NO_PRINTS

Make = Callable[..., Shop]
Found = dict[tuple[str, frozenset[tuple[str, str]]], float]
REPORT = (
    'echo \'{"model": "m-1", "calls": 2, "tokens_in": 100, "tokens_out": 10, "cost_usd": 0.25}\' > "$FACTORY_REPORT"\n'
)
WORKER = f'{REPORT}[ "$FACTORY_TICKET#$FACTORY_ATTEMPT" = "D-2#1" ] && exit 1\n[ "$FACTORY_TICKET" = D-3 ] && exit 1\n{RIGHT}'
COUNTERS = {metric.name for metric in METRICS if metric.kind in ("counter", "histogram")}


def numbers(text: str) -> Found:
    return {(s.name, frozenset(s.labels.items())): s.value for family in parsed(text) for s in family.samples}


def number(found: Found, name: str, **labels: str) -> float:
    seen = [value for (of, has), value in found.items() if of == name and set(labels.items()) <= has]
    assert seen, name
    return sum(seen)


def counters(found: Found, *without: str) -> Found:
    """What may only rise."""
    names = {f"{name}{end}" for name in COUNTERS - set(without) for end in ("", "_count", "_sum", "_bucket")}
    return {key: value for key, value in found.items() if key[0] in names}


def seen(shop: Shop, now: float | None = None, known: Numbers | None = None) -> MetricsPage:
    return page(shop.path, now or time.time(), known or Numbers())


def test_a_night_is_counted_from_its_events_and_its_evidence(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", "D-3 Three", "D-4 Four", worker=WORKER, settings=FAST, planned=("D-4",))
    empty = numbers(shop.run("metrics").out)
    assert number(empty, "ko_queue_depth") == 3
    assert shop.run("run").code == 1
    found = numbers(shop.run("metrics").out)
    assert number(found, "factory_stamps_total", trade="ticket") == 2
    assert number(found, "factory_attempts_total") == 2 + 1 + 3
    assert number(found, "factory_failed_attempts_total", triage="WORKER") == 4
    assert number(found, "factory_blocked_total") == number(found, "factory_items", state="BLOCKED") == 1
    assert number(found, "gpt5_token_usage_total", model="m-1", type="in") == 600
    assert number(found, "factory_tokens_total", type="out") == 60
    assert number(found, "factory_spent_usd_total") == number(found, "factory_today_spent_usd") == 1.5
    assert number(found, "factory_calls_total") == 12
    assert number(found, "factory_verdicts_total", verdict="pass") == 2
    assert number(found, "auto_progress_ratio") == 0.5
    assert number(found, "factory_stops_total", kind="done") == number(found, "factory_stops_total") == 1
    assert number(found, "factory_boxes_failed_total") == 1
    assert number(found, "kb_new_fingerprint_total") >= 1
    assert number(found, "factory_unread_evidence_total") == 0
    assert number(found, "factory_state", state="READY") == 1
    assert number(found, "ko_busy_state") == number(found, "factory_run_killed") == 0
    assert {dict(has)["repository"] for _, has in found} == {"shop"}


def test_cards_are_counted_beside_tickets(make_day: MakeDay) -> None:
    shop = make_day(NO_PRINTS, files=GOOD_AND_BAD)
    assert shop.run("run").code == 1
    found = numbers(seen(shop).text)
    kpi = shop.run("kpi", "--json").json
    assert number(found, "factory_stamps_total", trade="card") == kpi["cards"] > 0
    assert number(found, "factory_failed_attempts_total", trade="card") == kpi["cards_failed"] > 0
    assert number(found, "factory_unread_evidence_total") == 0
    assert number(found, "factory_items", trade="card", state="DONE") == kpi["cards"]


def test_who_keeps_what_was_counted_and_who_starts_anew_read_the_same_page(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", "D-3 Three", worker=WORKER, settings=FAST)
    known = Numbers()
    for words in (("run", "--once"), ("run", "--once"), ("run",), ("retry", "D-3"), ("rewind", "D-1")):
        shop.run(*words)
        now = time.time()
        again = seen(shop, now, known)
        assert again.text == seen(shop, now).text
        known = again.numbers


def test_a_kill_between_a_stamp_and_its_event_changes_no_count(make: Make) -> None:
    """Main holds the stamp, the ledger ends before its event: what a kill leaves; the next run writes the event late."""
    shop = make("D-1 One", "D-2 Two", worker=WORKER, settings=FAST)
    assert shop.run("run").code == 0
    whole = numbers(seen(shop).text)
    last = shop.git("log", "-1", "--format=%H", "--grep=^stamped", "factory/ledger").strip()
    shop.git("update-ref", "refs/heads/factory/ledger", f"{last}^1")
    killed = seen(shop)
    late = ("factory_events_total", "factory_stops_total", "factory_checkpoints_total")
    assert counters(numbers(killed.text), *late) == counters(whole, *late)
    assert number(numbers(killed.text), "factory_stops_total", kind="killed") == 1
    assert number(numbers(killed.text), "factory_run_killed") == 1
    time.sleep(1.1)  # the event gets another second than its stamp
    assert shop.run("run").code == 0
    for known in (Numbers(), killed.numbers):
        mended = numbers(seen(shop, known=known).text)
        assert counters(mended, *late) == counters(whole, *late)
        assert number(mended, "factory_stops_total", kind="killed") == 1


def test_a_clone_of_main_alone_counts_its_stamps_and_says_that_the_ledger_is_not_here(
    make: Make, tmp_path: Path
) -> None:
    shop = make("D-1 One", "D-2 Two", worker=WORKER, settings=FAST)
    assert shop.run("run").code == 0
    there = tmp_path / "clone"
    shop.git(
        "clone", "-q", "--no-local", "--single-branch", f"file://{shop.path}", str(there), GIT_ALLOW_PROTOCOL="file"
    )
    found = numbers(page(there, time.time()).text)
    assert number(found, "factory_stamps_total", trade="ticket") == 2
    assert number(found, "gpt5_token_usage_total", type="in") == 200
    assert number(found, "factory_ledger_known") == 0
    assert not [name for name, _ in found if name in ("factory_events_total", "factory_last_event_timestamp_seconds")]


def test_a_killed_run_is_busy_no_more_and_loses_no_count(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 One", "D-2 Two", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        on = numbers(seen(shop).text)
        assert (number(on, "ko_busy_state"), number(on, "factory_state", state="RUNNING")) == (1, 1)
        assert number(on, "factory_attempts_in_flight") >= 1
        run.send(signal.SIGKILL)
        run.ends()
    off = numbers(seen(shop).text)
    assert (number(off, "ko_busy_state"), number(off, "factory_run_killed")) == (0, 1)
    assert number(off, "factory_stops_total", kind="killed") == 1
    assert {key: value for key, value in counters(off).items() if value < counters(on).get(key, 0)} == {}
    go.touch()
    assert shop.run("run").code == 0
    mended = numbers(seen(shop).text)
    assert number(mended, "factory_stops_total", kind="killed") == 1
    assert {key: value for key, value in counters(mended).items() if value < counters(off).get(key, 0)} == {}


def test_a_ledger_that_was_rewritten_is_counted_anew(make: Make) -> None:
    shop = make("D-1 One", worker=WORKER, settings=FAST)
    assert shop.run("run").code == 0
    known = seen(shop).numbers
    shop.git(
        "update-ref", "refs/heads/factory/ledger", shop.git("rev-list", "--max-parents=0", "factory/ledger").split()[-1]
    )
    now = time.time()
    assert seen(shop, now, known).text == seen(shop, now).text


def test_a_main_that_lost_a_stamp_doubles_nothing_and_no_counter_falls(make: Make) -> None:
    """Its last stamp is gone, which the records had folded in: what is left is all told by the ledger already."""
    shop = make("D-1 One", "D-2 Two", worker=WORKER, settings=FAST)
    assert [shop.run(*words).code for words in (("run",), ("rewind", "D-2"), ("run",))] == [0, 0, 0]
    known = seen(shop)
    shop.git("update-ref", "refs/heads/main", "main^1")
    for found in (numbers(seen(shop).text), numbers(seen(shop, known=known.numbers).text)):
        assert number(found, "factory_stamps_total", trade="ticket") == 3
        assert number(found, "factory_rewinds_total") == 1
        assert number(found, "gpt5_token_usage_total", type="in") == 400


# --- how long something waits -----------------------------------------------------------------------------


def commit(shop: Shop, at: int, change: Callable[[str], str]) -> None:
    """A person's commit on the roadmap, at a second of its own."""
    table = change(shop.read("D_ROADMAP.md")).encode()
    with Repo(shop.path) as repo:
        main = repo.tip("refs/heads/main") or ""
        tree = repo.store.edit(repo.store.tree_of(main), {"D_ROADMAP.md": Entry(FILE, repo.store.write_blob(table))})
        repo.move("refs/heads/main", repo.store.write_commit(Commit(tree, (main,), "a person's\n", at)), main)


def test_the_oldest_wait_counts_from_the_commit_that_released_the_ticket(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", settings=FAST, planned=("D-2",))
    start = int(shop.git("log", "-1", "--format=%ct", "main"))
    assert number(numbers(seen(shop, start + 100.0).text), "factory_oldest_wait_seconds") == 100
    release = "| D-2 | PLANNED", "| D-2 | IN_PROGRESS"
    commit(shop, start + 50, lambda table: table.replace(*release).replace("One", "Another title"))
    first = seen(shop, start + 200.0)
    assert dict(first.numbers.released.since) == {"D-1": start, "D-2": start + 50}
    assert number(numbers(first.text), "factory_oldest_wait_seconds") == 200
    commit(shop, start + 60, lambda table: table.replace("| D-1 | IN_PROGRESS", "| D-1 | PLANNED"))
    again = seen(shop, start + 300.0, first.numbers)
    assert number(numbers(again.text), "factory_oldest_wait_seconds") == 250
    commit(shop, start + 70, lambda table: "")  # nobody can read it: what was known of the others stays
    with Repo(shop.path) as repo:
        assert released(repo, repo.tip("refs/heads/main") or "", first.numbers.released).since["D-1"] == start
    commit(shop, start + 80, lambda _: roadmap("D-1 One", "D-2 Two"))
    assert dict(seen(shop, start + 90.0).numbers.released.since) == {"D-1": start + 80, "D-2": start + 80}


def test_a_ticket_that_failed_waits_since_its_last_attempt(make: Make) -> None:
    shop = make("D-1 One", worker="exit 1\n", settings=FAST)
    assert shop.run("run", "--once").code == 3
    failed = int(shop.git("log", "-1", "--format=%ct", "--grep=^fail", "factory/ledger"))
    assert number(numbers(seen(shop, failed + 30.0).text), "factory_oldest_wait_seconds") == 30


def test_a_stamp_that_was_taken_back_waits_since_then_also_where_main_alone_tells(make: Make) -> None:
    shop = make("D-1 One", settings=FAST)
    assert shop.run("run").code == 0
    assert shop.run("rewind", "D-1").code == 0
    back = int(shop.git("log", "-1", "--format=%ct", "main"))
    for _ in range(2):
        assert number(numbers(seen(shop, back + 30.0).text), "factory_oldest_wait_seconds") in (29, 30)
        assert number(numbers(seen(shop).text), "factory_rewinds_total") == 1
        shop.git("update-ref", "refs/heads/factory/ledger", "factory/ledger^1")  # killed before its event


# --- what evidence says -----------------------------------------------------------------------------------


def line(**more: object) -> bytes:
    told = {"method": "POST", "path": "/v1/messages", "status": 200, "model": "m", "seconds": 1.5}
    return json.dumps({**told, **more}).encode() + b"\n"


@pytest.mark.parametrize(
    ("path", "op"),
    [
        ("/v1beta/models/gemini-2.5-flash:generateContent", "answer"),
        ("/v1beta/models/gemini-2.5-flash:streamGenerateContent", "answer"),
        ("/v1beta/models/gemini-2.5-flash:countTokens", "count"),
        ("/v1/messages", "answer"),
        ("/v1/messages/count_tokens", "count"),
        ("/v1/chat/completions", "answer"),
        ("/v1/responses", "answer"),
        ("/v1/models", "list"),
        ("/whatever/the/room/asks", "other"),
        ("", "other"),
    ],
)
def test_a_request_is_told_by_the_end_of_its_path(path: str, op: str) -> None:
    assert [call.kind for call in calls(line(path=path))] == [op]


def test_what_is_no_line_of_a_request_is_passed_over() -> None:
    rubbish = (b"", b"{", b"[]", b"7", b"null", b'{"status": "200", "seconds": 1}', b'{"status": 200, "seconds": NaN}',
               b'{"status": 200, "seconds": 1e400}', b'{"status": 1' + b"0" * 400 + b', "seconds": 1}', b"\xff\xfe", b"[" * 100_000)  # fmt: skip
    told = line() + b"\n".join(rubbish) + b"\n" + line(status=503)
    assert [(call.status, call.took) for call in calls(told) if call.took is not None] == [(200, 1.5), (503, 1.5)]


def test_what_our_own_way_out_refused_never_came_to_a_model_but_its_silence_did() -> None:
    told = line(status=403, why="this worker may not ask for that") + line(
        status=504, why="no answer from the provider"
    )
    assert [call.status for call in calls(told) if call.took is not None] == [504]


def test_an_attempt_tells_no_more_requests_than_it_may_have() -> None:
    assert len(calls(line() * (MOST_CALLS + 5))) == MOST_CALLS


def left(result: bytes | None, lines: bytes | None = None) -> Papers:
    return Papers("D-1", {RESULT: result, CALLS: lines})


@pytest.mark.parametrize("content", [None, b"", b"{", b"[]", b"[" * 100_000, b"\xff"])
def test_a_result_that_is_none_is_unread(content: bytes | None) -> None:
    assert paid(left(content)) is None


@pytest.mark.parametrize("value", [-1, "7", True, None, 1e99, [1], {"x": 1}])
def test_what_another_hand_wrote_into_a_result_counts_as_nothing(value: object) -> None:
    names = ("attempt", "duration_seconds", "calls", "tokens_in", "tokens_out", "cost_estimate_usd")
    told = {**dict.fromkeys(names, value), "guards": [value], "tests": {"passed": value}}
    assert paid(left(json.dumps(told).encode())) == Paid("D-1", tests={"passed": 0})


def test_a_result_of_a_version_to_come_is_read() -> None:
    told = b'{"model_used": "m", "tokens_in": 5, "new": {"x": 1}, "tests": {"passed": 2, "odd": 1}}'
    said = paid(left(told, line()))
    assert said is not None
    assert (said.model, said.tokens_in, len(said.seen), said.judged) == ("m", 5, 1, False)


def test_the_page_names_no_text_of_a_person(make: Make) -> None:
    """Titles, summaries and what workers print are nobody's labels."""
    shop = make('D-1 A "title" {evil="1"} 2', worker=f'echo "a secret word"; {RIGHT}', settings=FAST)
    assert shop.run("run").code == 0
    assert not re.search("title|evil|secret word", seen(shop).text)
