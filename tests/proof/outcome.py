"""What must hold of a field: at every moment, and when the work is done. Faults are sentences; none is good."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from factory.desk.snapshot import read
from factory.desk.status import document
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER, Repo
from factory.money.budget import Book
from factory.records.halves import Half, faults
from factory.reports.trail import trail
from factory.verify import verify
from tests.proof.field import BLOCKED, TICKETS, Field

MAIN = "refs/heads/main"
OURS = re.compile(r"tmp_obj_\d+_\d+$")  # git's own half-written objects are left to `git gc`
FAILED = {"D-3": 1, "D-5": 3, "D-7": 1, "D-9": 1}  # attempts that count against a ticket; the others have none


def always(field: Field) -> list[str]:
    """The faults of a repository after a kill and before anything was mended: nothing acknowledged is missing."""
    with Repo(field.repo) as repo:
        return [*_sound(repo, field), *_kept(repo, field)]


def at_the_end(field: Field) -> list[str]:
    """The faults of a repository on which the work was finished."""
    with Repo(field.repo) as repo:
        return [
            *_sound(repo, field), *_kept(repo, field), *_stamps(repo), *_states(repo), *_boxes(repo),
            *_money(repo, field), *_tidy(repo, field),
        ]  # fmt: skip


def _sound(repo: Repo, field: Field) -> Iterator[str]:
    code, out, err = repo.ask("fsck", "--strict", "--no-dangling", "--no-progress")
    if code or out or err:
        yield f"git fsck says {out.decode()}{err}"
    main = repo.tip(MAIN)
    if main is None:
        yield "main is gone"
        return
    yield from (f"verify: {bad.ticket}: {bad.why}" for bad in verify.verify(repo, main).bad)


def _kept(repo: Repo, field: Field) -> Iterator[str]:
    tips = {"ledger": repo.tip(LEDGER), "main": repo.tip(MAIN)}
    have = {which: set(repo.call("rev-list", tip).decode().split()) if tip else set() for which, tip in tips.items()}
    for which, oid in field.promises():
        if oid not in have[which]:
            yield f"{which} lost {oid}, which was acknowledged"


def _stamps(repo: Repo) -> Iterator[str]:
    subjects = [logged.message.split("\n")[0] for logged in repo.log(MAIN)]
    order = [s.partition("(")[2].partition(")")[0] for s in reversed(subjects) if s.startswith("stamp(")]
    if wrong := Counter(order) - Counter(set(TICKETS) - set(BLOCKED)) or Counter(set(TICKETS) - set(BLOCKED)) - Counter(
        order
    ):
        yield f"stamps too many or too few: {dict(wrong)}"
    elif order.index("D-6") < order.index("D-2"):
        yield "D-6 was stamped before D-2, on which it depends"
    if (blocks := sum(s.startswith("block(") for s in subjects)) != len(BLOCKED):
        yield f"{blocks} rows were blocked on main"


def _states(repo: Repo) -> Iterator[str]:
    found = document(read(repo, time.time()))
    for ticket, stands in found["tickets"].items():
        done = ticket not in BLOCKED
        want = ("DONE" if done else "BLOCKED", FAILED.get(ticket, 0) + done, BLOCKED.get(ticket))
        have = (stands["state"], stands["attempts"], stands["triage"])
        if have != want:
            yield f"{ticket} is {have}, not {want}"
    if set(found["tickets"]) != set(TICKETS) or found["state"] != "READY":
        yield f"the factory is {found['state']} with {sorted(found['tickets'])}"
    if refs := set(repo.refs("refs/")) - {MAIN, LEDGER}:
        yield f"refs are left: {sorted(refs)}"


def _boxes(repo: Repo) -> Iterator[str]:
    halves = list(Ledger(repo, time.time).read_all("boxes", Half.model_validate).values())
    yield from faults(halves)
    ended = Counter(ticket for half in halves for ticket in (*half.stamped, *half.failed))
    if ended != Counter(TICKETS):
        yield f"the boxes count {dict(ended)}"


def booked(repo: Repo) -> Decimal:
    """All the money in the books, reserved or settled."""
    books = Ledger(repo, time.time).read_all("budget", dict).values()
    return sum((Book.model_validate(kept).used.usd for kept in books), Decimal(0))


def _money(repo: Repo, field: Field) -> Iterator[str]:
    paid, have = field.till.total(), booked(repo)
    if have < paid:
        yield f"${paid} was paid, ${have} is booked"
    reserved = Counter((event.ticket, event.attempt) for event in trail(repo, None) if event.name == "reserve")
    if unbooked := field.till.paid - reserved:
        yield f"paid and never reserved: {dict(unbooked)}"
    if any(book.open for book in Ledger(repo, time.time).read_all("budget", Book.model_validate).values()):
        yield "a reservation is still open"


def _tidy(repo: Repo, field: Field) -> Iterator[str]:
    if dirt := repo.call("status", "--porcelain", cwd=field.repo).decode():
        yield f"the checkout does not follow main: {dirt}"
    for path in leftovers(field):
        yield f"{path} is left"


def leftovers(field: Field) -> list[Path]:
    """Locks, half-written files and rooms that no process owns."""
    git, cache = field.repo / ".git", field.home / "cache" / "stampmill"
    found = [p for p in git.rglob("*") if p.suffix in (".lock", ".new") or OURS.match(p.name)]
    found += [p for p in (git / "factory").rglob("*") if p.name == "follow.json"]
    found += list(cache.glob("*/rooms/*/room-*"))
    found += list(cache.glob("*/scratch/*"))
    return [p.relative_to(field.repo.parent) for p in found if p.name != "controller.lock"]
