"""The two documents: what is read, what is refused, and what an edit leaves alone."""

from __future__ import annotations

import itertools
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.errors import Exit, Mistake
from factory.model import Criterion, CriterionStatus, Priority, Risk, Terms, Ticket, TicketStatus
from factory.ssot.crosscheck import check
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.edits import add_criterion, add_ticket, set_criteria, set_ticket
from factory.ssot.sections import written

ROADMAP = """# Roadmap

| ticket | status | priority | risk | title | deps |
|---|---|---|---|---|---|
| D-001 | IN_PROGRESS | P1 | HIGH | Parse ISO dates |  |
| D-002 | PLANNED |  |  | 한국어 \\| title | D-001 |

Prose between.

## D-001: parse dates

Dates as `2026-11-21`.

```toml
modify = ["src/dates.py"]
hidden = ["acceptance/**"]
max_lines = 40
timeout_minutes = 5
budget_usd = 0.5
worker = "fast"
```

### More

```toml
title = "an example, not terms"
```

## Notes

| other | table |
|---|---|
| a | b |
"""
LEDGER = """| AC | ticket | criterion | check | status | work |
|---|---|---|---|---|---|
| AC-001-1 | D-001 | `parse` gives a date | `pytest -q tests/test_dates.py` | OPEN |  |
| AC-001-2 | D-001 | pipes | `cat x \\| grep -c 'a\\\\|b'` | DONE | 1234abc |
| AC-002-1 | D-002 | no check |  | OPEN |
"""
HEAD = "| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
AC_HEAD = "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"


def roadmap(text: str) -> tuple[Ticket, ...]:
    return read_roadmap(text.encode())


def ledger(text: str) -> tuple[Criterion, ...]:
    return read_ledger(text.encode())


def mistake(read: Callable[[], object]) -> str:
    with pytest.raises(Mistake) as caught:
        read()
    assert caught.value.exit is Exit.MISTAKE
    return str(caught.value)


def test_a_roadmap_is_read_with_its_sections() -> None:
    first, second = roadmap(ROADMAP)
    assert first == Ticket(
        id="D-001",
        status=TicketStatus.IN_PROGRESS,
        priority=Priority.P1,
        risk=Risk.HIGH,
        title="Parse ISO dates",
        prose='Dates as `2026-11-21`.\n\n### More\n\n```toml\ntitle = "an example, not terms"\n```',
        terms=Terms(
            modify=("src/dates.py",),
            hidden=("acceptance/**",),
            max_lines=40,
            timeout_minutes=5,
            budget_usd=0.5,
            worker="fast",
        ),
        order=0,
        line=5,
    )
    assert second == Ticket(
        id="D-002", status=TicketStatus.PLANNED, title="한국어 | title", deps=("D-001",), order=1, line=6
    )


def test_a_ledger_is_read() -> None:
    one, two, three = ledger(LEDGER)
    assert one == Criterion(
        id="AC-001-1", ticket="D-001", text="`parse` gives a date", check="pytest -q tests/test_dates.py", line=3
    )
    assert (two.check, two.status, two.work) == ("cat x | grep -c 'a\\|b'", CriterionStatus.DONE, "1234abc")
    assert (three.check, three.status, three.work) == ("", CriterionStatus.OPEN, "")


def test_windows_lines_and_a_bom_read_the_same() -> None:
    def windows(text: str) -> bytes:
        return ("\ufeff" + text.replace("\n", "\r\n")).encode()

    assert read_roadmap(windows(ROADMAP)) == roadmap(ROADMAP)
    assert read_ledger(windows(LEDGER)) == ledger(LEDGER)


def test_a_table_without_rows_is_nothing_to_do() -> None:
    assert roadmap(HEAD) == ()
    assert ledger(AC_HEAD) == ()
    check((), ())


def test_columns_may_stand_in_any_order_and_some_may_be_absent() -> None:
    (ticket,) = roadmap("| Title | owner | STATUS | Ticket |\n|-|-|-|-|\n| t | me | DONE | A_B-c.1 |\n")
    assert ticket == Ticket(id="A_B-c.1", status=TicketStatus.DONE, title="t", line=3)


@pytest.mark.parametrize("heading", ["## D-001", "## D-001: x", "## D-001. x", "##  D-001 x ##", "D-001 x\n-------"])
def test_anything_may_follow_the_id_in_a_heading(heading: str) -> None:
    (ticket,) = roadmap(f"{HEAD}| D-001 | DONE | | | t | |\n\n{heading}\n\nprose\n\n# next\n")
    assert ticket.prose == "prose"


def test_a_section_without_its_own_lines_has_no_prose() -> None:
    (ticket,) = roadmap(f"{HEAD}| D-001 | DONE | | | t | |\n\n## D-001\n\n```toml\nmax_lines = 7")
    assert (ticket.prose, ticket.terms.max_lines) == ("", 7)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("| d-1 | DONE | | | t | |", '"d-1" is no ticket id; write one like D-001'),
        (
            "| D-1.lock | DONE | | | t | |",
            '"D-1.lock" cannot be part of a branch name; leave out "..", a dot at the end, and ".lock" at the end',
        ),
        ("| D-1 | in progress | | | t | |", 'unknown status "in progress"; did you mean IN_PROGRESS?'),
        ("| D-1 | x | | | t | |", 'unknown status "x"; write one of PLANNED, IN_PROGRESS, DONE, BLOCKED'),
        ("| D-1 | DONE | P9 | | t | |", 'unknown priority "P9"; write one of P0, P1, P2, P3'),
        ("| D-1 | DONE | | MEDIUM | t | |", 'unknown risk "MEDIUM"; did you mean MED?'),
        ("| D-1 | DONE | | | | |", "D-1 has no title; write what it is about, in one line"),
        ("| D-1 | DONE | | | t | D-2 D-3 |", '"D-2 D-3" is no ticket id; deps are ticket ids with commas between them'),
    ],
)
def test_a_row_of_the_roadmap_is_refused_with_its_line(row: str, says: str) -> None:
    assert mistake(lambda: roadmap(f"{HEAD}{row}\n")) == f"D_ROADMAP.md:3: {says}"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("| A 1 | D-1 | c | | OPEN | |", '"A 1" is no criterion id; write one like AC-001-1'),
        ("| A-1 | D-1 |  | | OPEN | |", "A-1 says nothing; write what must hold, in one line"),
        ("| A-1 | D-1 | c | | | |", 'unknown status ""; write one of OPEN, DONE'),
        ("| A-1 | D-1 | c | ` ` | OPEN | |", "the check ` ` is not a command in backticks; write one shell command in"),
        ("| A-1 | D-1 | c | none | OPEN | |", "the check none is not a command in backticks; write one shell command"),
        ("| A-1 | D-1 | c | `a` and `b` | OPEN | |", "the check `a` and `b` is not a command in backticks; write one"),
        ("| A-1 | D-1 | c | `a \\| b | OPEN | |", "the check `a | b is not a command in backticks; write one shell"),
        ("| A-1 | D-1 | c | `a | b` | OPEN | |", "7 cells in a table of 6 columns; write a pipe inside a cell as \\|"),
    ],
)
def test_a_row_of_the_ledger_is_refused_with_its_line(row: str, says: str) -> None:
    assert mistake(lambda: ledger(f"{AC_HEAD}{row}\n")).startswith(f"AC_LEDGER.md:3: {says}")


def test_a_missing_file_is_a_mistake() -> None:
    remedy = "is missing; write it, or let `factory init` do so"
    assert mistake(lambda: read_roadmap(None)) == f"D_ROADMAP.md: {remedy}"
    assert mistake(lambda: read_ledger(None)) == f"AC_LEDGER.md: {remedy}"


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("## D-1\n```toml\nhiden = ['x']\n```", "8: unknown key hiden; did you mean hidden?"),
        ("## D-1\n```toml\nhidden = 'x'\n```", "8: hidden: should be a list, not"),
        ("## D-1\n```toml\nmodify = [\n```", "8: not TOML: "),
        ("## D-1\n\n## D-1\n", "8: a second section of D-1 (the first is on line 6); keep one of them"),
        ("## D-01\n```toml\nhidden = ['x']\n```", "6: terms for D-01, which is not in the table; correct the id, or"),
    ],
)
def test_a_section_is_refused_with_its_line_where_it_may_hide_what_cannot_be_told(section: str, says: str) -> None:
    text = f"# R\n{HEAD}| D-1 | DONE | | | t | |\n\n{section}\n"
    assert mistake(lambda: roadmap(text)).startswith(f"D_ROADMAP.md:{says}")


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ("modfy = []", "8: unknown key modfy; did you mean modify?"),
        ("\nmax_lines = 0", "9: max_lines: should be greater than or equal to 1, not 0;"),
        ("max_lines = true", "8: max_lines: should be a valid integer, not true;"),
        ("budget_usd = inf", "8: budget_usd is inf; a cap that is not a number never stops"),
        ("modify = [\n  'a',\n  '/b',\n]", '8: modify: "/b" is absolute; write it from'),
        ("readonly = ['a\\b']", '8: readonly: "a\\b" has a backslash'),
        ("hidden = ['', 'c']", '8: hidden: "" is empty; remove it'),
    ],
)
def test_terms_with_a_fault_are_their_tickets_trouble_alone(terms: str, says: str) -> None:
    text = f"# R\n{HEAD}| D-1 | DONE | | | t | |\n| D-2 | DONE | | | t | |\n\n## D-1\n```toml\n{terms}\n```\n"
    one, other = roadmap(text)
    line, _, what = says.partition(": ")
    assert one.fault.startswith(f"D_ROADMAP.md:{int(line) + 1}: {what}")
    assert (other.fault, one.terms.modify, one.terms.max_lines) == ("", (), 300)


def test_terms_with_a_fault_go_on_to_hide_what_they_hide_and_what_was_meant() -> None:
    block = "modfy = []\nhidden = ['a.py', '/b.py', './c/d.py', 'e/../f.py', 'g\\h.py']"
    (ticket,) = roadmap(f"# R\n{HEAD}| D-1 | DONE | | | t | |\n\n## D-1\n```toml\n{block}\n```\n")
    assert {"a.py", "b.py", "c/d.py", "f.py", "g/h.py"} <= set(ticket.terms.hidden)


@pytest.mark.parametrize(
    "section", ["## UTF-8\n\ntext", "## UTF-8\n```toml\nencoding = 1\n```", "## UTF-8\n```toml\n[\n```", "## Notes"]
)
def test_a_section_of_no_ticket_is_the_users_own(section: str) -> None:
    (ticket,) = roadmap(f"{HEAD}| D-1 | DONE | | | t | |\n\n{section}\n")
    assert ticket.prose == ""


def tickets(**deps: str) -> tuple[Ticket, ...]:
    rows = "".join(f"| {name.replace('_', '-')} | PLANNED | | | t | {text} |\n" for name, text in deps.items())
    return roadmap(HEAD + rows)


def criterion(name: str = "AC-1", ticket: str = "D-1") -> Criterion:
    return Criterion(id=name, ticket=ticket, text="x", line=9)


@pytest.mark.parametrize(
    ("deps", "criteria", "says"),
    [
        ({"D_1": "D-2", "D_2": ""}, ["AC-1", "AC-1"], "AC_LEDGER.md:9: a second AC-1 (the first is on line 9); give"),
        ({"D_1": "D-11"}, [], "D_ROADMAP.md:3: D-1 depends on D-11, which is no ticket; did you mean D-1?"),
        ({"D_1": "X-YZ"}, [], "D_ROADMAP.md:3: D-1 depends on X-YZ, which is no ticket; correct it, or add the ticket"),
        ({"Q_1": ""}, ["AC-1"], 'AC_LEDGER.md:9: AC-1 belongs to "D-1", which is no ticket; '),
        ({"D_1": "D-1"}, [], "D_ROADMAP.md:3: a cycle of dependencies: D-1 -> D-1; take one of them out of deps"),
        (
            {"D_0": "D-1", "D_1": "D-2, D-3", "D_2": "", "D_3": "D-1"},
            [],
            "D_ROADMAP.md:4: a cycle of dependencies: D-1 -> D-3 -> D-1; take",
        ),
    ],
)
def test_what_only_both_tables_show_is_refused(deps: dict[str, str], criteria: list[str], says: str) -> None:
    rows = tuple(criterion(name) for name in criteria)
    assert mistake(lambda: check(tickets(**deps), rows)).startswith(says)


def test_a_criterion_that_a_ticket_replaces_is_there() -> None:
    (ticket,) = roadmap(f"{HEAD}| D-1 | DONE | | | t | |\n\n{written('D-1', 't', '', Terms(replaces=('AC-1',)))}")
    check((ticket,), (criterion("AC-1"),))
    says = mistake(lambda: check((ticket,), (criterion("AC-11"),)))
    assert says == 'D_ROADMAP.md:3: D-1 replaces "AC-1", which is no criterion; did you mean AC-11?'


def test_a_ticket_in_the_table_twice_is_refused() -> None:
    row = "| D-1 | DONE | | | t | |\n"
    says = mistake(lambda: check(roadmap(HEAD + row + row), ()))
    assert says == "D_ROADMAP.md:4: a second D-1 (the first is on line 3); give it an id of its own"


def test_a_sound_pair_of_documents_passes() -> None:
    diamond = tickets(D_4="D-2, D-3", D_3="D-1", D_2="D-1", D_1="")
    check(diamond, (criterion(), criterion("AC-2", "D-4")))
    check(roadmap(ROADMAP), ledger(LEDGER))
    assert len(diamond) == 4


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14))
def test_a_cycle_is_found_where_there_is_one(edges: list[tuple[int, int]]) -> None:
    deps = {f"D_{n}": ", ".join(f"D-{b}" for a, b in edges if a == n) for n in range(8)}
    reach = {(a, b) for a, b in edges}
    for via in range(8):
        reach |= {(a, b) for a in range(8) for b in range(8) if (a, via) in reach and (via, b) in reach}
    try:
        check(tickets(**deps), ())
    except Mistake as found:
        ring = [int(name.removeprefix("D-")) for name in found.what.rpartition(": ")[2].split(" -> ")]
        assert ring[0] == ring[-1]
        assert set(itertools.pairwise(ring)) <= set(edges)
    else:
        assert not any((n, n) in reach for n in range(8))


def test_a_status_is_set_and_every_other_byte_stays() -> None:
    done = set_ticket(ROADMAP.encode(), "D-002", status=TicketStatus.DONE)
    assert done == ROADMAP.replace("PLANNED", "DONE").encode()
    assert set_ticket(done, "D-002", status=TicketStatus.PLANNED) == ROADMAP.encode()


def test_a_criterion_is_flipped_and_opened_again() -> None:
    done = set_criteria(LEDGER.encode(), {"AC-001-1": (CriterionStatus.DONE, "abc1234")})
    assert done == LEDGER.replace("OPEN |  |", "DONE | abc1234 |", 1).encode()
    assert set_criteria(done, {"AC-001-1": (CriterionStatus.OPEN, "")}) == LEDGER.encode()


def test_several_criteria_are_flipped_at_once_and_a_short_row_grows() -> None:
    change = (CriterionStatus.DONE, "abc1234")
    done = set_criteria(LEDGER.encode(), {"AC-001-1": change, "AC-002-1": change})
    assert [(c.status, c.work) for c in read_ledger(done)] == [
        (CriterionStatus.DONE, "abc1234"),
        (CriterionStatus.DONE, "1234abc"),
        (CriterionStatus.DONE, "abc1234"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "D_ROADMAP.md: 0 rows of D-1; there must be one"),
        (f"{HEAD}| D-1 | DONE | | | t | |\n" + "| D-1 |\n", "D_ROADMAP.md:4: 2 rows of D-1; there must be one"),
    ],
)
def test_an_edit_needs_exactly_one_row(text: str, says: str) -> None:
    assert mistake(lambda: set_ticket(text.encode(), "D-1", status=TicketStatus.DONE)) == says


NEW = Ticket(
    id="D-003",
    status=TicketStatus.PLANNED,
    priority=Priority.P0,
    risk=Risk.CRIT,
    title="a | b",
    deps=("D-001", "D-002"),
    prose="two\n\nparagraphs",
    terms=Terms(modify=('a"b/```', "c"), budget_usd=0.25),
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("text", [ROADMAP, ROADMAP.rstrip(), HEAD, HEAD.rstrip()])
def test_a_ticket_is_added_with_its_section(text: str, end: str) -> None:
    before = text.replace("\n", end)
    after = add_ticket(before.encode(), NEW).decode()
    added = roadmap(after)[-1]
    assert added == NEW.model_copy(update={"order": added.order, "line": added.line})
    assert after.replace(f"{end}| D-003 | PLANNED | P0 | CRIT | a \\| b | D-001, D-002 |", "").startswith(before)
    assert after.count("\n") == after.count(end)


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=3), st.text(min_size=1))
def test_terms_are_written_as_they_are_read(names: list[str], worker: str) -> None:
    terms = Terms(modify=tuple(f"a/{name.encode().hex()}" for name in names), worker=worker, allow=("reach",))
    (ticket,) = roadmap(f"{HEAD}| D-1 | DONE | | | t | |\n\n{written('D-1', 't', '', terms)}")
    assert ticket.terms == terms


@pytest.mark.parametrize("name", ["nonsense", "size", "protected", "Reach", ""])
def test_a_guard_that_no_ticket_is_excused_from_is_named_with_its_line(name: str) -> None:
    row = "| D-1 | PLANNED | | | t | |\n\n## D-1\n\n```toml\nmodify = ['a']\n"
    (ticket,) = roadmap(f'{HEAD}{row}allow = ["tests_kept", "{name}"]\n```\n')
    line = (HEAD + row).count("\n") + 1
    assert ticket.fault.startswith(f"D_ROADMAP.md:{line}: allow[1]: should be 'tests_kept' or 'reach', not \"{name}\"")


def test_a_ticket_without_prose_or_terms_is_a_row_alone() -> None:
    plain = Ticket(id="D-9", status=TicketStatus.PLANNED, title="t")
    assert add_ticket(HEAD.encode(), plain).decode() == f"{HEAD}| D-9 | PLANNED | P2 | MED | t |  |\n"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"id": "D-001"}, "D-001 is there already; choose another id"),
        (
            {"prose": "x\n\n# y\n"},
            "D-003 would not be read back as it is: prose, terms; the table lacks a column for it",
        ),
        ({"prose": "x\n\n## D-777\n"}, "D_ROADMAP.md:40: terms for D-777, which is not in the table"),
        ({"title": "x\ny"}, "control character U+000A in 'x\\ny'; a cell is one line of text"),
    ],
)
def test_a_ticket_that_cannot_be_added_is_refused(change: dict[str, str], says: str) -> None:
    ticket = NEW.model_copy(update=change)
    assert says in mistake(lambda: add_ticket(ROADMAP.encode(), ticket))


def test_a_ticket_that_the_table_has_no_column_for_is_refused() -> None:
    narrow = b"| ticket | status | title |\n|-|-|-|\n"
    assert "read back as it is: priority, risk, deps; the table lacks" in mistake(lambda: add_ticket(narrow, NEW))


@pytest.mark.parametrize("command", ["", "a", "cat a | grep 'x\\|y'", "echo `date`", "`a`", " x ", "``", "a \\"])
def test_a_criterion_is_added_whatever_its_check(command: str) -> None:
    new = Criterion(id="AC-9", ticket="D-001", text="t", check=command)
    added = add_criterion(LEDGER.encode(), new)
    assert read_ledger(added)[-1] == new.model_copy(update={"line": 6})
    assert added.startswith(LEDGER.encode())


def test_a_criterion_that_is_there_already_is_refused() -> None:
    with pytest.raises(Mistake, match="AC-001-1 is there already"):
        add_criterion(LEDGER.encode(), criterion("AC-001-1"))


@given(
    st.sampled_from(list(TicketStatus)),
    st.sampled_from(["\n", "\r\n"]),
    st.permutations(["ticket", "status", "title", "deps", "note"]),
    st.lists(
        st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1), min_size=1, max_size=4
    ),
    st.data(),
)
def test_an_edit_agrees_with_what_is_read(
    status: TicketStatus, end: str, columns: list[str], titles: list[str], data: st.DataObject
) -> None:
    shown = [title.replace("|", "\\|") + " " for title in titles]
    cells = [{"ticket": f"D-{n}", "status": "BLOCKED", "title": title} for n, title in enumerate(shown)]
    lines = ["| " + " | ".join(columns) + " |", "|" + "-|" * len(columns)]
    lines += ["|" + "|".join(row.get(name, "") for name in columns) + "|" for row in cells]
    before = end.join(lines)
    chosen = data.draw(st.integers(0, len(titles) - 1))
    after = set_ticket(before.encode(), f"D-{chosen}", status=status).decode()

    wanted = list(roadmap(before))
    assert [ticket.title for ticket in wanted] == titles
    wanted[chosen] = wanted[chosen].model_copy(update={"status": status})
    assert list(roadmap(after)) == wanted
    assert after == before.replace(lines[chosen + 2], lines[chosen + 2].replace("BLOCKED", status, 1), 1)


def test_ten_thousand_rows_are_read_at_once() -> None:
    """Measured in processor time: 0.3 s; the bound leaves room for a busy machine, and none for quadratic work."""
    text = HEAD + "".join(f"| D-{n} | IN_PROGRESS | P1 | MED | Title {n} | D-{n + 1} |\n" for n in range(9_999))
    text += "| D-9999 | DONE | | | t | |\n"
    start = time.process_time()
    found = roadmap(text)
    check(found, ())
    assert time.process_time() - start < 3
    assert len(found) == 10_000


def test_the_parser_is_imported_only_when_a_document_is_read() -> None:
    code = "import factory.ssot.documents, factory.ssot.edits, factory.ssot.crosscheck, sys; print('tree_sitter' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
