"""What can go wrong with one ticket of a night: how its ticket and its worker bring it about, and what is true of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trouble:
    """One ticket's trouble. `ends`: its state at the end; `says`: what the report has to say of it.

    `worker` is what its worker does before it writes what is right; `section`, `check` and `id` are the ticket's own."""

    name: str
    ends: str
    says: str
    worker: str = ""
    section: str = ""
    check: str = ""
    id: str = ""
    lies: str = ""  # a file with this in the person's checkout, where the stamp is to put its own


LONG = "x" * 260
SURROGATE = """def test_words() -> None:
    assert open("{ticket}.txt").read() == "wrong", "half a letter: \\ud800"
"""  # on main, and never green: its message is what no file can hold

TROUBLES = (
    Trouble("a table is broken in the room", "BLOCKED", "D_ROADMAP.md:1: no table", "echo rubbish > D_ROADMAP.md"),
    Trouble("a table is deleted in the room", "BLOCKED", "AC_LEDGER.md: is not there", "rm AC_LEDGER.md"),
    Trouble("a row is spoilt in the room", "BLOCKED", "unknown status", "sed -i 's/| OPEN |/| SHUT |/' AC_LEDGER.md"),
    Trouble(
        "a report claims too much",
        "DONE",
        "",
        'printf \'{"calls": 900000, "tokens_in": 30000000, "cost_usd": 999999}\' > "$FACTORY_REPORT"',
    ),
    Trouble("the runner's report is no XML", "BLOCKED", "the JUnit report is not XML", ": > junk"),
    Trouble(
        "words that no file can hold",
        "DONE",
        "",
        'printf \'{"summary": "half \\\\ud800", "model": "\\\\udfff"}\' > "$FACTORY_REPORT"; printf \'\\355\\240\\200\'',
    ),
    Trouble(
        "a test's message that no file can hold", "BLOCKED", "is still red", check="python -m pytest -q words_test.py"
    ),
    Trouble("a worker that nobody set up", "PENDING", "there is no worker 'nobody'", section='worker = "nobody"'),
    Trouble(
        "a model without a price", "PENDING", "the price of 'E-8' (google) is not known", section='worker = "dear"'
    ),
    Trouble("a person's file in the way", "DONE", "", lies="a person's own"),
    Trouble("a glob that is none", "PENDING", 'readonly: "/etc" is absolute', section='readonly = ["/etc"]'),
    Trouble("terms that nobody knows", "PENDING", "unknown key modfy", section='modfy = ["x"]'),
    Trouble("a ticket dearer than a day", "PENDING", "a whole day $1000.00", section="budget_usd = 5000"),
    Trouble("an id that git cannot hold", "PENDING", "has 262 characters; 200 is the most", id=f"D-{LONG}"),
    Trouble("a check that is green already", "BLOCKED", "green", check="test -d tools"),
    Trouble("a check whose program is nowhere", "BLOCKED", "no-such-program", check="no-such-program --check"),
    Trouble("a name that is no text", "DONE", "", "echo x > \"$(printf 'a\\377')\""),
    Trouble("a file too deep", "BLOCKED", "", "p=d; for i in $(seq 200); do p=$p/d; done; mkdir -p $p; echo x > $p/f"),
)
