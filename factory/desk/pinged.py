"""`factory ping`: what a night relies on, tried out."""

from __future__ import annotations

from typing import Any

from factory.desk.caller import Caller
from factory.errors import Exit, Mistake
from factory.line.answer import Answer


def pinged(caller: Caller, *, notify: bool, synthetic: bool) -> Answer:
    """A line for each receiver, and one for the synthetic stamp with its questions."""
    if not (notify or synthetic):
        raise Mistake("say what is to be tried", remedy="`factory ping --notify`, or `--synthetic`, or both")
    lines, data, works = list[str](), dict[str, Any](), True
    if notify:
        from factory.notices.trying import tried

        found = tried(caller.path, caller.environ)
        works = not any(one.why for one in found)
        lines += [f"{one.name:<15} {one.kind:<10} {one.why or 'it went out'}" for one in found]
        data["receivers"] = [one._asdict() | {"ok": not one.why} for one in found]
    if synthetic:
        data["synthetic"] = seen = _synthetic(caller)
        works = works and seen["ok"]
        lines.append("; ".join((_stamp(seen), *map(_asked, seen["workers"]))))
    return Answer(text="\n".join(lines), data=data, exit=Exit.OK if works else Exit.COULD_NOT_RUN)


def _synthetic(caller: Caller) -> dict[str, Any]:
    from factory.line.ping import SUM
    from factory.line.roster import asked_all
    from factory.operator.synthetic import stamped

    why, seconds = stamped(caller.environ)
    workers = asked_all(caller.path, caller.environ, SUM)
    ok = not why and all(one["ready"] for one in workers)
    return {"ok": ok, "stamped": not why, "why": why, "seconds": round(seconds, 1), "workers": workers}


def _stamp(seen: dict[str, Any]) -> str:
    return f"no stamp: {seen['why']}" if seen["why"] else f"stamped and verified in {seen['seconds']} s"


def _asked(one: dict[str, Any]) -> str:
    """`default (gemini-2.5-flash) answers, $0.000012`."""
    paid = f", ${one['paid_usd']:.6f}" if "paid_usd" in one else ""
    return f"{one['name']} ({one['model'] or one['kind']}) {one['why']}{paid}"
