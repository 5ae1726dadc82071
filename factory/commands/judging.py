"""Commands that judge: verify, evidence_check, audit, the gate and its tiers, the guards."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from factory.commands.terminal import AsJson, RepoDir, TicketId, end, print_json, progress, quiet, say
from factory.errors import Exit

if TYPE_CHECKING:
    from factory.model import Verdict

app = typer.Typer()


@app.command()
def verify(
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    rerun: Annotated[bool, typer.Option("--rerun", help="run the gate of every stamp again")] = False,
) -> None:
    """Check every stamp on main, from git alone. Shape, hashes, tree, rows, signature."""
    from factory.plain import many
    from factory.verify.rerun import checked

    found = checked(repo, dict(os.environ), rerun, quiet if as_json else progress)
    if as_json:
        bad = [{"stamp": b.stamp, "ticket": b.ticket, "why": b.why} for b in found.bad]
        told = [one.as_json() for one in found.told]
        print_json({"stamps": found.stamps, "ok": found.ok, "bad": bad, "told": told})
    else:
        for b in found.bad:
            say(f"{b.stamp[:12]} {b.ticket}: {b.why}")
        say(f"{many(found.stamps, 'stamp')}, {found.ok} good, {many(len(found.bad), 'fault')}")
        for one in found.told:
            say(one.what)
    end(Exit.FAIL if found.bad else Exit.OK)


@app.command("evidence_check")
def evidence_check(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The same as `verify`. Every stamp's evidence, from git alone."""
    verify(repo, as_json, rerun=False)


@app.command()
def audit(ticket: TicketId, repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The auditor's opinion on a ticket's last attempt. Stamped or failed, it is read again."""
    from factory.line.lastattempt import opinion
    from factory.line.opening import open_house

    with open_house(repo, dict(os.environ), say=quiet if as_json else progress) as house:
        found = opinion(house, ticket)
    if as_json:
        print_json(found.model_dump(mode="json"))
    else:
        for line in found.lines():
            say(line)
    end(Exit.OK if found.verdict.value == "PASS" else Exit.FAIL)


TreeName = Annotated[
    str | None, typer.Option("--tree", help="what this commit or branch brings; default: the working tree")
]


Fresh = Annotated[bool, typer.Option("--fresh", help="run all of it now, whatever is remembered")]


def _gate(repo: Path, tree: str | None, tiers: tuple[str, ...], as_json: bool, fresh: bool) -> None:
    from factory.operator.byhand import gate as judge

    found = judge(repo, dict(os.environ), tree, tiers, quiet if as_json else progress, fresh=fresh)
    _tell(found, "gate" if len(tiers) > 1 else tiers[0], as_json)


def _tell(found: Verdict, name: str, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json", exclude={"log"}))
    else:
        say(found.log.rstrip("\n"))
        for line in found.failed:
            say(line)
        say(f"{name}: {found.status.value}")
    end({"PASS": Exit.OK, "FAIL": Exit.FAIL}.get(found.status.value, Exit.COULD_NOT_RUN))


@app.command()
def gate(
    repo: RepoDir = Path("."),
    tree: TreeName = None,
    work: Annotated[str | None, typer.Option(help="an attempt's work commit: its gate, once more")] = None,
    base: Annotated[str, typer.Option(help="with --work: main as it was then")] = "HEAD",
    as_json: AsJson = False,
    fresh: Fresh = False,
) -> None:
    """Guards, doctor, fast and regression, on a tree. The working tree, where --tree names none."""
    if work:
        from factory.operator.again import again

        _tell(again(repo, dict(os.environ), work, base, quiet if as_json else progress), "gate", as_json)
    _gate(repo, tree, ("guards", "doctor", "fast", "regression", "kept"), as_json, fresh)


@app.command()
def doctor(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False, fresh: Fresh = False) -> None:
    """The gate's first tier: can anything run at all?"""
    _gate(repo, tree, ("doctor",), as_json, fresh)


@app.command()
def fast(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False, fresh: Fresh = False) -> None:
    """The gate's second tier: the quick tests."""
    _gate(repo, tree, ("fast",), as_json, fresh)


@app.command()
def regression(repo: RepoDir = Path("."), tree: TreeName = None, as_json: AsJson = False, fresh: Fresh = False) -> None:
    """The gate's third tier: every test."""
    _gate(repo, tree, ("regression",), as_json, fresh)


@app.command()
def guard(
    name: Annotated[str | None, typer.Argument(help="one guard; default: all of them")] = None,
    repo: RepoDir = Path("."),
    as_json: AsJson = False,
    staged: Annotated[bool, typer.Option("--staged", help="what is about to be committed: a hook asks so")] = False,
    explain: Annotated[
        str | None,
        typer.Option(metavar="RULE", help="judge nothing: say what a rule forbids, or which rules a guard has"),
    ] = None,
) -> None:
    """Run the guards on the working tree. On what is staged for a commit, where you say so."""
    from factory.operator.byhand import guard as judge

    if explain:
        _explain(explain, as_json)
    found = judge(repo, name, staged=staged, index=os.environ.get("GIT_INDEX_FILE"))
    if as_json:
        print_json({guard: [f.model_dump(mode="json") for f in findings] for guard, findings in found.items()})
    else:
        for guard_name, findings in found.items():
            for finding in findings:
                say(f"flagged: {finding}" if finding.flag else str(finding))
            say(f"{guard_name}: {'PASS' if all(f.flag for f in findings) else 'FAIL'}")
    end(Exit.OK if all(f.flag for findings in found.values() for f in findings) else Exit.FAIL)


def _explain(name: str, as_json: bool) -> NoReturn:
    import guards

    rules = guards.explained(name)
    if as_json:
        print_json([{"rule": r.id, "forbids": r.forbids, "why": r.why, "bad": r.bad, "good": r.good} for r in rules])
    elif name in guards.NAMES:
        for rule in rules:
            say(f"{rule.id}: {rule.forbids}")
    else:
        say(str(rules[0]))
    end(Exit.OK)


@app.command()
def docops(repo: RepoDir = Path("."), as_json: AsJson = False) -> None:
    """The docops guard: forbidden tokens in documents."""
    guard("docops", repo, as_json)
