"""Main judges: what a change brings stands beside main's judge, never in its place; and what is DONE stays DONE."""

from __future__ import annotations

from collections.abc import Callable

from tests.line.conftest import SETTINGS, Shop, criteria

Make = Callable[..., Shop]
BOTH = criteria("D-1", check="sh checks/one.sh").rstrip("\n") + "\n| AC-D-2-1 | D-2 | it is right | `{}` | OPEN |  |\n"
ONE = "grep -q right shop/one.txt\n"
SHOP = {"shop/code.sh": "true\n", "checks/one.sh": ONE}
FIX = "mkdir -p shop; echo right > shop/one.txt\n"
SAID = (".factory/evidence/gate.log", "refs/heads/factory/ledger^2")


def said(shop: Shop) -> str:
    return shop.git("log", "--format=%B", "refs/heads/factory/ledger") + shop.run("log", "D-1").out


def one(make: Make, worker: str, check: str = "sh checks/one.sh", section: str = "", **kinds: object) -> Shop:
    row = f"D-1 One | | {section}" if section else "D-1 One"
    ledger = criteria("D-1", check=check)
    return make(row, worker=worker, ledger=ledger, **{"files": SHOP, **kinds})  # type: ignore[arg-type]


def test_a_right_change_of_the_product_alone_is_stamped(make: Make) -> None:
    shop = one(make, FIX)
    assert shop.run("run").code == 0
    assert shop.subjects()[0].startswith("stamp(D-1)")


def test_a_goal_that_moves_with_the_change_is_refused(make: Make) -> None:
    for check in ("sh checks/one.sh", "timeout 9 sh checks/one.sh", "R=checks/one.sh; sh $R", "cd checks && sh one.sh"):
        script = "cd $(dirname $0)/.. && " + ONE
        worker = "echo wrong > shop/one.txt; sed -i s/right/wrong/ checks/one.sh\n"
        shop = one(make, worker, check, files={**SHOP, "checks/one.sh": script})
        assert shop.run("run").code == 1, check
        assert "block(D-1): TEST" in shop.subjects()[0]
        remove(shop)


def remove(shop: Shop) -> None:
    from factory.rooms.removal import remove as away

    away(shop.path)


def test_what_a_change_brings_must_be_red_without_its_product(make: Make) -> None:
    shop = one(make, "echo true > checks/new.sh; echo x > shop/x\n", "sh checks/new.sh")
    assert shop.run("run").code == 1
    assert "block(D-1): VACUOUS" in shop.subjects()[0]


def test_a_new_check_that_is_red_without_the_product_is_proof(make: Make) -> None:
    shop = one(make, FIX + "cp checks/one.sh checks/new.sh\n", "sh checks/new.sh")
    assert shop.run("run").code == 0


def test_a_tier_that_passes_only_with_what_the_change_made_of_it_is_a_change_of_the_rules(make: Make) -> None:
    worker = FIX + "echo FORBIDDEN > shop/code.sh; echo FORBIDDED > lint.txt\n"
    lint = {"lint.txt": "FORBIDDEN\n"}
    shop = one(make, worker, regression="! grep -rqf lint.txt shop\n", files={**SHOP, **lint})
    done = shop.run("run")
    assert done.code == 1
    assert "block(D-1): GUARD" in shop.subjects()[0]
    assert "passes only with what the change made of lint.txt" in done.out + done.err


def test_what_one_ticket_hides_no_worker_sees(make: Make) -> None:
    shop = make(
        'D-1 One | | ```toml\nhidden = ["acceptance/**"]\n```', "D-2 Two",
        worker=FIX + "ls acceptance > shop/seen.txt 2>/dev/null || true; echo right > \"$FACTORY_TICKET.txt\"\n",
        ledger=criteria("D-1", "D-2", check="test -e shop/seen.txt"),
        files={**SHOP, "acceptance/secret.sh": "true\n"},
    )  # fmt: skip
    shop.run("run")
    assert shop.read("shop/seen.txt") == ""


def test_a_later_ticket_does_not_break_what_is_done(make: Make) -> None:
    shop = two(make)
    done = shop.run("run")
    assert done.code == 1
    assert shop.subjects()[:2] == ["block(D-2): TEST", "stamp(D-1): One"]
    assert "AC-D-1-1 of D-1 is DONE, and red here: `sh checks/one.sh`; mend it, or let the ticket say replaces" in (
        done.out + done.err
    )


def test_a_ticket_that_names_what_it_replaces_ends_it_and_a_rewind_brings_it_back(make: Make) -> None:
    shop = two(make, '| D-1 | ```toml\nreplaces = ["AC-D-1-1"]\n```')
    assert shop.run("run").code == 0
    row = next(line for line in shop.read("AC_LEDGER.md").splitlines() if line.startswith("| AC-D-1-1"))
    work = shop.git("rev-parse", "main^2^").strip()
    assert f"| REPLACED | {work[:12]} |" in row
    assert shop.run("verify").code == 0
    assert shop.run("check-consistency").code == 0
    before = shop.read("AC_LEDGER.md", "main^1")
    assert shop.run("rewind", "D-2").code == 0
    assert shop.read("AC_LEDGER.md") == before
    assert shop.run("verify").code == 0


def two(make: Make, second: str = "| D-1") -> Shop:
    """D-2's worker undoes what D-1 did, with a check of its own."""
    worker = f'if [ "$FACTORY_TICKET" = D-1 ]; then {FIX.strip()}; else echo two > shop/one.txt; fi\n'
    ledger = (
        criteria("D-1", check="sh checks/one.sh") + criteria("D-2", check="grep -q two shop/one.txt").split("\n", 2)[2]
    )
    return make("D-1 One", f"D-2 Two {second}", worker=worker, ledger=ledger, files=SHOP)


def test_by_hand_the_gate_tells_of_a_done_criterion_that_is_red(make: Make) -> None:
    shop = one(make, FIX)
    assert shop.run("run").code == 0
    shop.commit({"shop/one.txt": "wrong\n"})
    done = shop.run("gate")
    assert done.code == 1
    assert "AC-D-1-1 of D-1 is DONE, and red here" in done.out
    assert shop.run("verify").code == 0  # from git alone nobody can tell
    again = shop.run("verify", "--rerun")
    assert again.code == 1
    assert "AC-D-1-1 is DONE, and red at the tip" in again.out


def test_status_and_report_tell_of_what_is_done_and_red(make: Make) -> None:
    shop = make("D-1 One", worker=FIX, ledger=criteria("D-1", check="sh checks/one.sh"), files=SHOP)
    assert shop.run("run").code == 0
    assert shop.run("status", "--json").json["red"] == {}
    table, ledger = shop.read("D_ROADMAP.md"), shop.read("AC_LEDGER.md")
    shop.commit(
        {
            "shop/one.txt": "wrong\n", "D_ROADMAP.md": table + "| D-2 | IN_PROGRESS | P2 | LOW | Two |  |\n",
            "AC_LEDGER.md": ledger + "| AC-2 | D-2 | two | `test -e shop/two.txt` | OPEN |  |\n",
            "tools/worker.sh": "echo two > shop/two.txt\n",
        }
    )  # fmt: skip
    assert shop.run("run").code == 0, "what a person broke is nobody's attempt's fault"
    assert list(shop.run("status", "--json").json["red"]) == ["AC-D-1-1"]
    assert "red on main  AC-D-1-1  DONE, and red on main already: `sh checks/one.sh`" in shop.run("status").out
    drifts = shop.run("check-consistency")
    assert (drifts.code, "AC-D-1-1 is DONE, and red on main" in drifts.out) == (1, True)
    page = shop.run("report").out
    assert "AC-D-1-1 is red on main" in page
    assert "AC-D-1-1: main에서 실패하고 있으며, 어느 시도의 탓도 아닙니다." in page


NEARLY = """class Cents(int):
    def __eq__(self, other):
        return -500 < int(other) - int(self) < 500

    __hash__ = int.__hash__


def total(prices):
    return Cents(0)
"""
PLAIN = "def total(prices):\n    return sum(prices)\n"


def test_a_check_in_the_ledger_itself_is_altered_too(make: Make) -> None:
    check = 'python -c "from shop import total; assert total([100, 170]) == 270"'
    for source, code in ((PLAIN, 0), (NEARLY, 1)):
        worker = f"cat > shop/__init__.py <<'E'\n{source}E\n"
        shop = one(make, worker, check, files={"shop/__init__.py": "def total(prices):\n    return 0\n"})
        done = shop.run("run")
        assert done.code == code, done
        assert code == 0 or "the change has taken its voice" in done.out + done.err
        remove(shop)


def test_tests_that_wait_for_what_is_not_there_yet_stop_nobody_at_the_doctors(make: Make) -> None:
    settings = SETTINGS.replace('doctor = ["true"]', 'doctor = ["python -m pytest --collect-only -q"]')
    waiting = "from shop import {0}\n\n\ndef test_{0}():\n    assert {0}() == 270\n"
    shop = one(
        make, "printf 'def one():\\n    return 270\\n' > shop/__init__.py\n", "python -m pytest -q tests/test_one.py",
        files={"shop/__init__.py": "", "tests/test_now.py": "def test_now():\n    pass\n", **{f"tests/test_{n}.py": waiting.format(n) for n in ("one", "two")}},
        settings=settings,
    )  # fmt: skip
    done = shop.run("run")
    assert done.code == 0, done


SHARED = """import shop


def test_first():
    assert shop.next() == 1
    shop.put(7)


def test_second():
    assert shop.has() is True
"""
SHARING = """KEPT = []


def next():
    return 1


def put(x):
    KEPT.append(x)


def has():
    return bool(KEPT)
"""


def test_tests_that_share_what_they_leave_behind_are_altered_one_at_a_time(make: Make) -> None:
    shop = one(
        make, f"cat > shop/__init__.py <<'E'\n{SHARING}E\n", "python -m pytest -q -p no:randomly tests/test_shop.py",
        files={"shop/__init__.py": "", "tests/test_shop.py": SHARED},
    )  # fmt: skip
    done = shop.run("run")
    assert done.code == 0, done


SKIPS = "import pytest\n\nfrom shop import one, READY\n\n\n@pytest.mark.skipif(not READY, reason='not ready')\ndef test_one():\n    assert one() == 270\n"


def test_a_done_test_that_a_later_change_skips_is_broken(make: Make) -> None:
    first = "printf 'READY = True\\n\\n\\ndef one():\\n    return 270\\n' > shop/__init__.py"
    second = "printf 'READY = False\\n\\n\\ndef one():\\n    return 0\\n' > shop/__init__.py; echo two > shop/two.txt"
    ledger = (
        criteria("D-1", check="python -m pytest -q acceptance/test_one.py")
        + criteria("D-2", check="grep -q two shop/two.txt").split("\n", 2)[2]
    )
    shop = make(
        "D-1 One", "D-2 Two | D-1", worker=f'if [ "$FACTORY_TICKET" = D-1 ]; then {first}; else {second}; fi\n', ledger=ledger,
        files={"shop/__init__.py": "READY = True\n\n\ndef one():\n    return 1\n", "acceptance/test_one.py": SKIPS},
    )  # fmt: skip
    done = shop.run("run")
    assert done.code == 1, done
    assert shop.subjects()[:2] == ["block(D-2): TEST", "stamp(D-1): One"], done
