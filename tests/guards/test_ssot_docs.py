"""The two tables stay true."""

from __future__ import annotations

import pytest

from tests.guards.cases import GONE, Files, by_hand, changed, said

ROADMAP = """
    | ticket | status | priority | risk | title | deps |
    |---|---|---|---|---|---|
    | D-001 | IN_PROGRESS | P1 | MED | Parse dates |  |
    | D-002 | PLANNED | P2 | LOW | Tidy | D-001 |
    | D-003 | DONE | P2 | LOW | Old |  |

    ## D-002
    ```toml
    max_lines = 20
    ```
    """
LEDGER = """
    | AC | ticket | criterion | check | status | work |
    |---|---|---|---|---|---|
    | AC-001-1 | D-001 | dates parse | `pytest -q` | OPEN |  |
    | AC-002-1 | D-002 | it is tidy | `ruff check` | OPEN |  |
    | AC-003-1 | D-003 | it was | `true` | DONE | abc1234 |
    """
BASE = {"D_ROADMAP.md": ROADMAP, "AC_LEDGER.md": LEDGER}


def edit(**pairs: tuple[str, str]) -> Files:
    """The tables with one text put in the place of another in each."""
    files = {"roadmap": ("D_ROADMAP.md", ROADMAP), "ledger": ("AC_LEDGER.md", LEDGER)}
    out = {}
    for which, (old, new) in pairs.items():
        path, text = files[which]
        assert old in text
        out[path] = text.replace(old, new)
    return out


OWN = ("IN_PROGRESS | P1", "DONE | P1"), ("`pytest -q` | OPEN |  |", "`pytest -q` | DONE | fed9876 |")
REFUSED = {
    "another ticket done": (edit(roadmap=("PLANNED", "DONE")), "D_ROADMAP.md:4: D-002: says DONE without a stamp"),
    "another ticket released": (edit(roadmap=("PLANNED", "IN_PROGRESS")), "set its status from PLANNED to IN_PROGRESS"),
    "a done ticket reopened": (edit(roadmap=("D-003 | DONE", "D-003 | PLANNED")), "set its status from DONE"),
    "a new ticket released": (
        edit(roadmap=("| D-003", "| D-004 | IN_PROGRESS | P0 | LOW | x |  |\n    | D-003")),
        "as PLANNED only",
    ),
    "a ticket removed": (
        edit(roadmap=("    | D-003 | DONE | P2 | LOW | Old |  |\n", "")),
        "D-003: its row was removed",
    ),
    "a ticket repeated": (
        edit(roadmap=("D-002 | PLANNED", "D-003 | DONE | P2 | LOW | Old |  |\n    | D-002 | PLANNED")),
        "D-003",
    ),
    "terms altered": (
        edit(roadmap=("= 20", "= 9000")),
        "D-002: a change altered its priority, risk, dependencies or terms",
    ),
    "an unknown status": (edit(roadmap=("PLANNED", "FINISHED")), "D_ROADMAP.md:4: "),
    "another criterion done": (
        edit(ledger=("`ruff check` | OPEN", "`ruff check` | DONE")),
        "AC-002-1: says DONE without a stamp",
    ),
    "reworded": (edit(ledger=("dates parse", "dates may parse")), "AC-001-1: the criterion was reworded"),
    "check replaced": (edit(ledger=("`pytest -q`", "`true`")), "AC-001-1: the criterion was reworded"),
    "given to another": (edit(ledger=("AC-001-1 | D-001", "AC-001-1 | D-002")), "AC-001-1: the criterion was reworded"),
    "criterion removed": (
        edit(ledger=("    | AC-002-1 | D-002 | it is tidy | `ruff check` | OPEN |  |\n", "")),
        "AC-002-1: the criterion was removed",
    ),
    "criterion reopened": (edit(ledger=("DONE | abc1234", "OPEN | ")), "AC-003-1: a change opened it again"),
    "criterion repeated": (
        edit(ledger=("| AC-002-1", "| AC-001-1 | D-001 | dates parse | `pytest -q` | OPEN |  |\n    | AC-002-1")),
        "AC-001-1",
    ),
    "roadmap removed": ({"D_ROADMAP.md": GONE}, "is removed"),
    "no table": ({"AC_LEDGER.md": "nothing"}, "AC_LEDGER.md"),
}
FINE = {
    "the controller's own flip": edit(roadmap=OWN[0], ledger=OWN[1]),
    "a planned ticket": edit(roadmap=("| D-003", "| D-004 | PLANNED | P0 | LOW | x |  |\n    | D-003")),
    "a new criterion": edit(ledger=("| AC-003-1", "| AC-002-2 | D-002 | more | `true` | OPEN |  |\n    | AC-003-1")),
    "prose": edit(roadmap=("## D-002", "Some words.\n\n    ## D-002")),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_change_that_makes_the_tables_untrue_is_refused(name: str) -> None:
    after, why = REFUSED[name]
    findings = said(changed(BASE, after), "ssot_docs")
    assert any(why in one for one in findings), findings


@pytest.mark.parametrize("name", FINE)
def test_a_change_that_keeps_them_true_is_let_pass(name: str) -> None:
    assert said(changed(BASE, FINE[name]), "ssot_docs") == []


def test_a_person_may_release_reopen_and_set_terms_but_not_say_done() -> None:
    for pair in (("PLANNED", "IN_PROGRESS"), ("D-003 | DONE", "D-003 | IN_PROGRESS"), ("= 20", "= 90")):
        assert said(by_hand({**BASE, **edit(roadmap=pair)}, BASE), "ssot_docs") == []
    assert len(said(by_hand({**BASE, **edit(roadmap=("PLANNED", "DONE"))}, BASE), "ssot_docs")) == 1


def test_a_repository_without_tables_is_not_judged_by_hand() -> None:
    assert said(by_hand({"README.md": "x"}), "ssot_docs") == []
