"""A repository of any number of tickets and events, laid over one that has had a real night."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import programs, worlds
from factory.git import objects
from factory.git.ledger import FACTORY, Ledger, ticket_path, to_json
from factory.git.repo import LEDGER, Repo
from factory.line.knowledge import Lesson, path
from factory.model import State, Triage
from factory.records.halves import BACK, FRONT, Half
from factory.records.record import Record
from factory.records.view import CRITERIA, ROADMAP, factory_file
from factory.records.yard import FOLDED

MAIN = "refs/heads/main"
BLOCKED, WAITS, PLANNED, LESSONS, BOXES = 100, 500, 300, 200, 80
FAILS = 10  # every so many tickets failed once before its stamp
MODELS = ("gpt-5", "gemini-3-pro", "claude-opus-5")
TITLE = "주문 합계 round the totals of an order to the cent, and say which lines it rounded"


class Size(NamedTuple):
    """How large."""

    tickets: int
    events: int


FULL = Size(10_000, 100_000)


def enlarge(repo: Path, home: Path, size: Size) -> None:
    """The repository, with so many tickets and events. `home`: a folder for git's own."""
    home.mkdir(exist_ok=True)
    with Repo(repo) as opened:
        ledger = Ledger(opened, time.time)
        here = len(list(opened.log(LEDGER)))
        known = ledger.tip
        roadmap, criteria = (opened.store.file(MAIN, name) or b"" for name in (ROADMAP, CRITERIA))
        factory = factory_file(ledger)
    assert known
    names = [f"B-{n}" for n in range(1, size.tickets - roadmap.count(b"\n| D-") + 1)]
    done, rest = names[: -BLOCKED - WAITS - PLANNED], names[-BLOCKED - WAITS - PLANNED :]
    at = int(time.time()) - worlds.SINCE - size.events
    stamps = _main(repo, home, _tables(roadmap, criteria, done, rest), done, at)
    stream = worlds.Stream(at)
    tip = f"{LEDGER}^0"
    told = list(_padded(list(_told(done, rest[:BLOCKED], stamps)), size.events - here))
    told[0][4].update(_state(done, rest[:BLOCKED], stamps))
    end = factory.model_copy(update={"main": stamps[done[-1]][0]}).model_dump(mode="json")
    told[-1][4].update({FACTORY: to_json(end), FOLDED: to_json({"main": end["main"]})})
    for name, item, attempt, text, files, more in told:
        said = {"Factory-Event": name, "Factory-Ticket": item, "Factory-Attempt": str(attempt or ""), **more}
        head = f"{name}({item}#{attempt})" if item else name
        tip = stream.commit(LEDGER, objects.message(f"{head}: {text}", trailers=said.items()), files, (tip,))
    stream.load(repo, home)
    if (repo / ".git").is_dir():
        programs.git(repo, home, "reset", "-q", "--hard", "main")


def _tables(roadmap: bytes, criteria: bytes, done: list[str], rest: list[str]) -> dict[str, bytes]:
    words = [*["DONE"] * len(done), *["BLOCKED"] * BLOCKED, *["IN_PROGRESS"] * WAITS, *["PLANNED"] * PLANNED]
    rows, proofs = [], []
    for n, (name, status) in enumerate(zip((*done, *rest), words, strict=True)):
        dep = f"B-{n}" if n % 7 == 3 else ""
        rows.append(f"| {name} | {status} | P{n % 4} | LOW | {TITLE}, part {n} | {dep} |\n")
        how = "DONE | 0123456789ab" if status == "DONE" else "OPEN | "
        proofs.append(f"| AC-{name}-1 | {name} | it is right | `grep -q right {name}.txt` | {how} |\n")
    head, mark, tail = roadmap.partition(b"\n\n## ")
    return {
        ROADMAP: head.rstrip(b"\n") + b"\n" + "".join(rows).encode() + mark + tail,
        CRITERIA: criteria.rstrip(b"\n") + b"\n" + "".join(proofs).encode(),
    }


def _main(repo: Path, home: Path, tables: dict[str, bytes], done: list[str], at: int) -> dict[str, tuple[str, str]]:
    """Stamps of all of them on main. Ticket -> its stamp, and the evidence commit of an attempt that failed."""
    stream = worlds.Stream(at)
    tip = first = stream.commit(MAIN, "many tickets\n", tables, (f"{MAIN}^0",))
    for n, name in enumerate(done):
        said = [("Factory-Ticket", name), ("Factory-Attempt", "1")]
        proof = stream.commit(f"refs/heads/side/{n}", f"evidence({name}#1)\n", _evidence(name, n), (first,))
        text = objects.message(f"stamp({name}): {TITLE}", trailers=[("Factory-Event", "stamp"), *said])
        tip = stream.commit(MAIN, text, {}, (tip, proof))
    stream.load(repo, home)
    lines = programs.git(repo, home, "log", "--first-parent", f"-{len(done)}", "--format=%H %P", MAIN).decode()
    found = [line.split() for line in lines.splitlines()][::-1]
    sides = "".join(f"delete refs/heads/side/{n}\n" for n in range(len(done)))
    programs.git(repo, home, "update-ref", "--stdin", stdin=sides.encode())
    return {name: (oid, proof) for name, (oid, _, proof) in zip(done, found, strict=True)}


def _evidence(name: str, n: int) -> dict[str, bytes]:
    model, seconds = MODELS[n % 3], 20 + n % 400
    result = {
        "ticket_id": name,
        "attempt": 1,
        "status": "FAIL" if n % FAILS == 0 else "PASS",
        "guards": {"scope": "PASS"},
    }
    result |= {"tests": {"passed": 30, "flaky": n % 50 == 0}, "model_used": model, "duration_seconds": seconds}
    result |= {"tokens_in": 9_000 + n, "tokens_out": 900 + n, "calls": 3, "cost_estimate_usd": 0.03}
    call = {"method": "POST", "path": "/v1/messages", "status": 200 if n % 40 else 429, "model": model}
    call |= {"time": worlds.SINCE, "seconds": 0.5 + n % 90 / 10, "tokens_in": 3_000, "tokens_out": 300}
    files = {"result.json": result, "plan.json": {"ticket_id": name, "attempt": 1, "worker": "model"}}
    made = {f".factory/{file}": json.dumps(value).encode() for file, value in files.items()}
    return made | {".factory/evidence/egress.jsonl": (json.dumps(call) + "\n").encode() * 3}


Told = tuple[str, str, int, str, dict[str, bytes], dict[str, str]]  # name, item, attempt, text, files, trailers


def _told(done: list[str], blocked: list[str], stamps: dict[str, tuple[str, str]]) -> Iterator[Told]:
    """The events of every ticket's life, oldest first."""
    yield "run", "", 0, "three workers", {}, {}
    for n, name in enumerate(done):
        yield from _attempt(name, n, 1)
        if n % FAILS == 0:
            yield (
                "fail",
                name,
                1,
                "TEST: assert total == 10.01",
                {},
                {"Factory-Triage": "TEST", "Factory-Status": "FAIL"},
            )
            yield from _attempt(name, n, 2)
        trailers = {"Factory-Status": "PASS", "Factory-Stamp": stamps[name][0]}
        yield "stamped", name, 2 if n % FAILS == 0 else 1, TITLE, {}, trailers
    for n, name in enumerate(blocked):
        for attempt in (1, 2, 3):
            yield from _attempt(name, n, attempt)
            yield "fail", name, attempt, "TEST: assert total == 10.01", {}, {"Factory-Triage": "TEST"}
        yield "block", name, 3, "TEST: assert total == 10.01", {}, {"Factory-Triage": "TEST"}


def _attempt(name: str, n: int, attempt: int) -> Iterator[Told]:
    yield "start", name, attempt, f"with {MODELS[n % 3]}", {}, {}
    for _ in range(5):
        yield "beat", name, attempt, "alive", {}, {}
    yield "settle", name, attempt, "3 calls, $0.03", {}, {"Factory-Cost-USD": "0.030000"}


def _padded(told: list[Told], count: int) -> Iterator[Told]:
    """So many, with signs of life between them."""
    short, given = count - len(told), 0
    assert short > 0
    for n, one in enumerate(told):
        while given < short * n // len(told):
            given += 1
            yield "beat", "", 0, "alive", {}, {}
        yield one
    yield from [("beat", "", 0, "alive", {}, {})] * (short - given - 1)
    yield "resume", "", 0, "by a person", {}, {}


def _state(done: list[str], blocked: list[str], stamps: dict[str, tuple[str, str]]) -> dict[str, bytes]:
    """The state that all of it leaves, in one event of theirs."""
    records = [
        Record(ticket=name, state=State.DONE, attempt=1, attempts=1, stamp=stamps[name][0], started=worlds.SINCE)
        for name in done
    ]
    why = {"triage": Triage.TEST, "why": "assert total == 10.01"}
    records += [Record(ticket=name, state=State.BLOCKED, attempt=3, attempts=3, **why) for name in blocked]  # type: ignore[arg-type]
    files = {ticket_path(record.ticket): to_json(record.model_dump(mode="json")) for record in records}
    for n in range(LESSONS):
        print_ = f"{n:016x}"
        lesson = Lesson(fingerprint=print_, triage=Triage.TEST, cause=f"{TITLE} {n}", seen=n, tickets=("B-1",))
        files[path(print_)] = to_json(lesson.model_dump(mode="json"))
    today = time.strftime("%Y-%m-%d")
    for n in range(BOXES):
        for half in (FRONT, BACK):
            of = tuple(done[-6 * n - 6 :][:3] if half == FRONT else done[-6 * n - 3 :][:3])
            box = Half(date=today, box=n + 2, half=half, dealt=of, stamped=of, closed=True)  # type: ignore[arg-type]
            files |= {at: to_json(value) for at, value in box.as_file().items()}
    return files
