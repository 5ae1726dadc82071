"""From attempts at cards to one stamp on main: the tree is made, judged as it is, and merged as it was judged."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from factory.errors import InTheWay, Moved
from factory.git import objects
from factory.git.objects import Commit
from factory.line import trouble
from factory.line.house import House
from factory.line.way import retried
from factory.model import Answer, Oid, Triage, Verdict
from factory.records import landing, signed
from factory.trucks import chain, judge, way
from factory.trucks.chain import Judged, Kept
from factory.trucks.work import Made
from factory.trucks.yard import CARDS, STAMPED

REMERGES = 5  # how often somebody else may move main while cards are judged, before they are put back


class Stamped(NamedTuple):
    """A stamp, and the cards that it names."""

    oid: Oid
    cards: tuple[str, ...]


class Landed(NamedTuple):
    """What became of the attempts that were to land: stamped, refused, kept until their way is free, or (none of these)
    to be made again."""

    stamps: tuple[Stamped, ...]
    refused: tuple[Judged, ...]
    again: tuple[Made, ...]
    waits: tuple[tuple[Judged, InTheWay], ...] = ()


def land(house: House, name: str, attempts: Sequence[Made]) -> Landed:
    """Stamp them: all that write data in one stamp, each PATCH in one of its own. One at a time."""
    data = [made for made in attempts if made.card.type != "PATCH"]
    groups = [data] * bool(data) + [[made] for made in attempts if made.card.type == "PATCH"]
    with house.landing:
        found = [_land(house, name, group) for group in groups]
    return Landed(
        tuple(stamp for one in found for stamp in one.stamps),
        tuple(judged for one in found for judged in one.refused),
        tuple(made for one in found for made in one.again),
        tuple(pair for one in found for pair in one.waits),
    )


def _land(house: House, name: str, group: Sequence[Made]) -> Landed:
    refused, waits = list[Judged](), list[tuple[Judged, InTheWay]]()
    for _ in range(REMERGES):
        main = house.main()
        good = list(group)
        while good:
            judged = [Judged(made, verdict) for made, verdict in _judge(house, main, good)]
            if not (bad := [one for one in judged if not one.verdict.passed]):
                break
            refused += bad
            good = [one.made for one in judged if one.verdict.passed]
        if not good:
            return Landed((), tuple(refused), (), tuple(waits))
        try:
            kept = chain.keep(house, name, main, judged)
        except Exception as error:
            if trouble.is_common_to_judge(error):
                raise
            bad = _unkept(house, main, judged, error)
            refused += bad
            group = [made for made in good if made not in [one.made for one in bad]]
            continue
        try:
            stamp = retried(house, functools.partial(_stamp, house, name, main, judged, kept))
        except Moved:
            house.say(name, "main moved meanwhile; judging again")
            group = good
            continue
        except InTheWay as obstacle:
            held, group = way.split(house, main, judged, obstacle)
            waits += held
            continue
        return Landed((stamp,), tuple(refused), (), tuple(waits))
    return Landed((), tuple(refused), tuple(group), tuple(waits))


def _unkept(house: House, main: Oid, judged: Sequence[Judged], error: Exception) -> list[Judged]:
    """Those whose proof cannot be kept, each tried alone; all of them where none is it alone."""
    bad = []
    for one in judged:
        try:
            chain.keep(house, one.card.id, main, [one])
        except Exception as own:
            if trouble.is_common_to_judge(own):
                raise
            bad.append(Judged(one.made, trouble.verdict(own)))
    return bad or [Judged(one.made, trouble.verdict(error)) for one in judged]


def _stamp(house: House, name: str, main: Oid, group: Sequence[Judged], kept: Kept) -> Stamped:
    """Moved where main is not where the tree was built on."""
    cards = tuple(one.card.id for one in group)
    numbers = " ".join(f"{one.card.id}#{one.made.plan.attempt}" for one in group)
    usd = sum(one.made.work.report.cost_usd for one in group)
    trailers = [
        ("Factory-Event", "stamp"),
        (STAMPED, name),
        (CARDS, numbers),
        ("Factory-Status", Answer.PASS.value),
        ("Factory-Gate-Tree", kept.tree),
        ("Factory-Result", hashlib.sha256(kept.result).hexdigest()),
        ("Factory-Run", house.run),
        ("Factory-Cost-USD", f"{usd:.6f}"),
    ]
    body = "\n".join(f"{one.card.id}: {', '.join(sorted(one.made.files)) or 'nothing new'}" for one in group)
    text = objects.message(f"stamp({name}): {', '.join(cards)}", body, trailers)
    commit = house.signer.sign(Commit(kept.tree, (main, kept.evidence), text, int(house.clock.now())))
    signed.must_hold(house.repo, commit, main)
    return Stamped(landing.advance(house.repo, house.ref, main, commit), cards)


# --- the verdict -----------------------------------------------------------------------------------------


def _judge(house: House, main: Oid, group: Sequence[Made]) -> Iterator[tuple[Made, Verdict]]:
    """Each card on the tree that would be stamped: nothing overwritten, its command green, a PATCH's gate passed."""
    files = {path: entry for made in group for path, entry in made.files.items()}
    tree = chain.merged(house, main, files)
    taken: set[str] = set()
    for made in group:
        meets = _meets(house, main, made) or next((path for path in made.files if path in taken), "")
        taken |= made.files.keys()
        if meets:
            said = (f"{meets} was changed by somebody else meanwhile",)
            yield made, judge.refused(Triage.CONFLICT, said)
        else:
            yield made, _verdict(house, main, made, tree)


def _verdict(house: House, main: Oid, made: Made, tree: Oid) -> Verdict:
    """What one card's own gate says; what breaks it is its verdict, too."""
    say = functools.partial(house.say, made.card.id)
    try:
        return judge.judge(house.gate, house.repo.store, made.card, made.plan, main, tree, say)
    except Exception as error:
        if trouble.is_common_to_judge(error):
            raise
        return trouble.verdict(error)


def _meets(house: House, main: Oid, made: Made) -> str:
    """The first path of the attempt that main has changed since the attempt began."""
    store = house.repo.store
    then, now = store.tree_of(made.plan.base), store.tree_of(main)
    if then == now:
        return ""
    return next((path for path in made.files if store.entry(then, path) != store.entry(now, path)), "")
