"""What cannot succeed is found before a worker is paid, by the same functions in `dry` and at the start of a run."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import RIGHT, SETTINGS, Shop, criteria
from tests.line.night import FAST

Make = Callable[..., Shop]
HEAD = "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
TEST = "from shop import add\n\n\ndef test_add():\n    assert add(2, 3) == 6\n\n\ndef test_one():\n    assert add(0, 1) == 1\n"
SHOP = {"shop/__init__.py": "def add(a, b):\n    return a + b\n", "tests/test_add.py": TEST}
PYTEST = "python -m pytest -q tests/test_add.py"
HOPELESS = {  # ticket -> its check, its modify, its triage, the words
    "D-1": (f"{PYTEST}::test_one", "shop/**", "VACUOUS", "is green on main before any work"),
    "D-2": ("no-such-program --check", "shop/**", "ENVIRONMENT", "there is no program no-such-program"),
    "D-3": (f"{PYTEST}::test_two", "shop/**", "PATH", "asks tests/test_add.py::test_two, which main does not have"),
    "D-4": (f"{PYTEST} -k nothing", "shop/**", "PATH", "selects no test on main (exit code 5)"),
    "D-5": (f"{PYTEST}::test_add", "ssot/**", "SCOPE", "everything that its modify names is protected"),
}


def scoped(ticket: str, modify: str) -> str:
    return f'{ticket} A ticket |  | ```toml\nmodify = ["{modify}"]\n```'


def ledger(**checks: str) -> str:
    rows = (f"| AC-{t} | {t} | it holds | `{check}` | OPEN |  |\n" for t, check in checks.items())
    return HEAD + "".join(rows)


def test_what_no_work_could_pass_is_blocked_with_its_reason_and_nobody_is_paid(make: Make, tmp_path: Path) -> None:
    paid = tmp_path / "paid"
    checks = {ticket: check for ticket, (check, *_) in HOPELESS.items()} | {"D-6": "grep -q right D-6.txt"}
    shop = make(
        *(scoped(ticket, modify) for ticket, (_, modify, *_) in HOPELESS.items()), scoped("D-6", "D-6.txt"),
        worker=f'echo "$FACTORY_TICKET" >> {paid}\n{RIGHT}', ledger=ledger(**checks), files=SHOP, settings=FAST,
    )  # fmt: skip
    before = shop.main()
    dry = shop.run("dry")
    assert (dry.code, shop.main()) == (0, before)
    done = shop.run("run")
    assert (done.code, paid.read_text()) == (1, "D-6\n")
    tickets = shop.run("status", "--json").json["tickets"]
    for ticket, (_, _, triage, words) in HOPELESS.items():
        assert (tickets[ticket]["state"], tickets[ticket]["attempts"], tickets[ticket]["triage"]) == (
            "BLOCKED",
            0,
            triage,
        )
        assert f"block({ticket}): {triage}" in shop.subjects()
        for said in (dry.out, done.out, shop.run("log", ticket).out):
            assert any(f"{triage}: " in line and words in line for line in said.splitlines()), said
    assert tickets["D-6"]["state"] == "DONE"
    mended = shop.read("AC_LEDGER.md").replace("no-such-program --check", "grep -q right shop/x.txt")
    shop.commit({"AC_LEDGER.md": mended, "tools/worker.sh": "echo right > shop/x.txt\n"})
    assert shop.run("retry", "D-2").code == 0
    assert shop.run("run", "--once").out.count("stamped ") == 1


def test_a_run_that_only_set_something_aside_does_not_say_that_there_was_nothing_to_do(make: Make) -> None:
    shop = make("D-1 One", ledger=ledger(**{"D-1": "no-such-program --check"}), settings=FAST)
    ends = [shop.run("run"), shop.run("run")]
    assert [done.code for done in ends] == [1, 1]
    assert ["there was nothing to do" in done.out for done in ends] == [False, True]


def test_what_is_likely_to_end_in_vain_is_told_to_the_worker_and_by_dry(make: Make) -> None:
    told = 'grep -o "Note:.*" "$FACTORY_PLAN" > told.txt; echo right > D-1.txt\n'
    both = ledger(**{"D-1": "grep -q right D-1.txt", "D-2": f"{PYTEST}::test_one"}) + (
        f"| AC-3 | D-1 | a | `{PYTEST}` | OPEN |  |\n| AC-4 | D-2 | b | `{PYTEST}` | OPEN |  |\n"
    )
    shop = make("D-1 One", "D-2 Two", worker=told, ledger=both, files=SHOP, settings=FAST)
    lines = shop.run("dry").out
    assert "    AC-D-2 is green on main already, and will prove nothing without a test that the change brings" in lines
    assert "    AC-4 of D-2 asks the whole of tests/test_add.py, too: where tests of both wait" in lines
    assert shop.run("dry", "--json").json["tickets"][1]["hopeless"] == ""
    done = shop.run("run", "--once")
    assert "AC-4 of D-2 asks the whole of tests/test_add.py" in done.out
    tip = shop.git("log", "-1", "--format=%H", "--grep=^work(D-1", "factory/ledger").strip()
    assert "Note: AC-4 of D-2 asks the whole of tests/test_add.py" in shop.read("told.txt", tip)


GEMINI = SETTINGS.replace('kind = "command"\ncommand = ["sh", "tools/worker.sh"]', 'kind = "gemini"')
FAULTS = {
    "no key": ({"ssot/factory.toml": GEMINI}, 4, "worker default: no key for gemini: GEMINI_API_KEY is not set"),
    "no program": ({"ssot/factory.toml": SETTINGS.replace('"sh", "too', '"no-such-agent", "too')}, 4, "worker default: no program no-such-agent"),
    "no file": ({"ssot/factory.toml": SETTINGS.replace('"sh", "tools/worker.sh"', '"./tools/gone.sh"')}, 4, "main has no such file"),
    "no tier": ({"ssot/factory.toml": SETTINGS.replace('["true"]', "[]").replace('["sh tools/regression.sh"]', "[]")}, 4, "all three tiers are empty"),
    "no signing key": ({"ssot/allowed_signers": "stampmill ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA\n"}, 2, "there is no key at"),
    "a policy that is no TOML": ({"ssot/docops.toml": "[[forbidden]\n"}, 2, "ssot/docops.toml:1: not TOML: Expected ']]'"),
    "a policy that is nested without an end": ({"ssot/docops.toml": "a = " + "[" * 5000}, 2, "ssot/docops.toml:1: not TOML: "),
    "a policy with a wrong key": ({"ssot/welding.toml": "# a remark\n[[owned]]\nx = 1\n"}, 2, "ssot/welding.toml:2: owned"),
    "a policy with a wrong value": ({"ssot/docops.toml": "mode = 'strict'\n\n[[forbidden]]\nregex = '('\n"}, 2, "ssot/docops.toml:4: forbidden[0].regex: no regular expression"),
    "a policy in CP949": ({"ssot/docops.toml": "# 1\n# 나중에\n".encode("cp949")}, 2, "ssot/docops.toml:2: not UTF-8: byte 0xb3, as in CP949; save the file as UTF-8"),
    "a policy in half of UTF-16": ({"ssot/welding.toml": "# 나중에\n".encode("utf-16")[:-1]}, 2, "ssot/welding.toml:1: not UTF-16"),
    "rules in CP949": ({"ssot/SSOT_RULES.md": "# 규칙\n".encode("cp949")}, 2, "ssot/SSOT_RULES.md:1: not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_dry_and_run_end_by_the_same_line_before_anybody_works(
    make: Make, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    files, code, words = FAULTS[fault]
    shop = make("D-1 One")
    shop.commit(files)
    dry, done = shop.run("dry"), shop.run("run")
    assert (dry.code, done.code) == (code, code)
    assert words in done.err
    assert dry.err == done.err
    assert "D-1#1" in dry.out
    assert "works" not in done.out


def test_a_main_that_turns_out_to_be_no_ground_ends_the_worker_that_has_begun(make: Make) -> None:
    shop = make("D-1 One", worker=f"sleep 60\n{RIGHT}", regression="sleep 3; exit 1\n", settings=FAST)
    start = time.monotonic()
    done = shop.run("run")
    assert time.monotonic() - start < 30
    assert done.code == 4
    assert "`sh tools/regression.sh` (regression) on main is red (exit code 1)" in done.err
    assert "default works" in done.out
    ticket = shop.run("status", "--json").json["tickets"]["D-1"]
    assert (ticket["state"], ticket["attempts"]) == ("PENDING", 0)


def test_a_slow_check_does_not_hide_that_main_is_no_ground(make: Make) -> None:
    shop = make("D-1 One", regression="exit 1\n", settings=FAST, ledger=criteria("D-1", check="sleep 90; false"))
    start = time.monotonic()
    done = shop.run("run")
    assert time.monotonic() - start < 30
    assert (done.code, "(regression) on main is red" in done.err) == (4, True)


def test_who_asks_for_a_second_reader_and_has_none_is_told_before_the_run(make: Make) -> None:
    shop = make("D-1 One", "D-2 Two", settings=FAST)
    shop.commit(
        {
            "D_ROADMAP.md": shop.read("D_ROADMAP.md").replace(
                "D-1 | IN_PROGRESS | P2 | LOW", "D-1 | IN_PROGRESS | P2 | HIGH"
            )
        }
    )
    told = "D-1 (HIGH): tickets whose risk asks for a second reader, and no auditor is set"
    assert "    its risk asks for a reader, and there is none" in shop.run("dry").out
    out = shop.run("run").out
    assert -1 < out.find(told) < out.find("works")


def test_a_ticket_that_was_released_anew_says_which_try_it_is(make: Make) -> None:
    shop = make("D-1 One", worker="echo wrong > D-1.txt\n", settings=FAST)
    assert shop.run("run").code == 1
    assert shop.run("retry", "D-1").code == 0
    assert "D-1#4 (try 1 of 3)  worker default" in shop.run("dry").out
    assert "attempt 4 (try 1 of 3): default works" in shop.run("run", "--once").out


@pytest.mark.parametrize("check", ["./verify.sh", "cd . && ./verify.sh", "timeout 9 ./verify.sh"])
def test_a_check_that_may_be_started_only_after_the_change_is_red_before_it(make: Make, check: str) -> None:
    shop = make(
        "D-1 One", worker="chmod +x verify.sh\n", ledger=criteria("D-1", check=check),
        files={"verify.sh": "#!/bin/sh\nexit 0\n"}, settings=FAST,
    )  # fmt: skip
    assert "what it starts is the change's to bring, and to make executable" in shop.run("dry").out
    assert shop.run("run").code == 0
