"""What is run once for two, and what goes beside something else: less to wait for, and the same answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from factory.gate.trial import Trial
from tests.line.conftest import SETTINGS, Shop, criteria

Make = Callable[..., Shop]
PYTEST = SETTINGS.replace('doctor = ["true"]', 'doctor = ["python -m pytest --collect-only -q"]')
PYTEST = PYTEST.replace('["sh tools/regression.sh"]', '["python -m pytest -q"]')
CHECK = "python -m pytest -q tests/test_total.py"
FILES = {
    "till/__init__.py": "def total(prices):\n    return 0\n",
    "tests/test_total.py": "from till import total\n\n\ndef test_total():\n    assert total([3, 4]) == 7\n",
    "tests/test_other.py": "import till\n\n\ndef test_other():\n    assert till.total([]) == 0\n",
}
RIGHT = "printf 'def total(prices):\\n    return sum(prices)\\n' > till/__init__.py\n"
SLOWLY = "[ -e D-1.txt ] || sleep 4\n"  # on main alone


def shop_of(make: Make, worker: str, **kinds: object) -> Shop:
    kinds = {"ledger": criteria("D-1", check=CHECK), "files": FILES, "settings": PYTEST, **kinds}
    return make("D-1 One", worker=worker, **kinds)


def lines(shop: Shop, *words: str) -> list[str]:
    """The words, in the order in which a run said them."""
    out = shop.run("run").out
    return sorted((word for word in words if word in out), key=out.index)


def test_a_doctor_that_only_collects_what_a_tier_runs_is_told_by_that_tier(make: Make) -> None:
    shop = shop_of(make, RIGHT)
    done = shop.run("run")
    assert done.code == 0, done
    assert "the gate runs doctor" not in done.out
    result = json.loads(shop.read(".factory/result.json", "main^2"))
    assert result["gate_results"] == {"doctor": "PASS", "fast": "SKIPPED", "regression": "PASS"}
    assert shop.run("verify").code == 0
    assert shop.run("doctor").code == 0  # by hand it is run, for no tier is


def test_what_cannot_be_collected_any_more_is_the_doctors_no(make: Make) -> None:
    worker = RIGHT + "cat > till/cli.py <<'E'\nimport nothing_of_the_kind\nE\n"
    reads = {
        **FILES,
        "tests/test_cli.py": "import os\nif os.path.exists('till/cli.py'):\n    import till.cli\n\n\ndef test_a():\n    pass\n",
    }
    shop = shop_of(make, worker, files=reads)
    assert shop.run("run").code == 1
    failed = shop.git("log", "-1", "--format=%P", "--grep=^fail(D-1", "refs/heads/factory/ledger").split()[1]
    result = json.loads(shop.read(".factory/result.json", failed))
    assert result["gate_results"] == {"doctor": "FAIL", "fast": "SKIPPED", "regression": "FAIL"}


def test_the_first_worker_starts_while_main_is_looked_at_and_nothing_is_judged_before(make: Make) -> None:
    shop = make("D-1 One", regression=SLOWLY)
    said = (
        "looks at main: doctor, regression",
        "default works",
        "looks at main: regression\n",
        "the gate checks",
        "stamp",
    )
    assert lines(shop, *said) == list(said)


@pytest.mark.parametrize("worker", ["true\n", "exit 3\n", 'echo right > "$FACTORY_TICKET.txt"\n'])
def test_a_main_that_turns_out_to_be_no_ground_stops_the_run_before_an_attempt_is_blamed(
    make: Make, worker: str
) -> None:
    shop = make("D-1 One", worker=worker, regression="sleep 4; exit 127\n")
    done = shop.run("run")
    assert done.code == 4
    assert "could not run (exit code 127)" in done.err
    assert done.err.count("\n") == 1
    assert shop.subjects() == ["a shop"]
    state = shop.run("status", "--json").json
    assert state["state"] == "FAIL_STOP"
    assert state["tickets"]["D-1"]["state"] == "PENDING"


def test_a_worker_that_is_ended_with_a_main_that_is_no_ground_was_not_ended_by_a_person(make: Make) -> None:
    shop = make("D-1 One", worker="sleep 60\n", regression="sleep 3; exit 127\n")
    done = shop.run("run")
    assert (done.code, "broken off: main cannot be judged, so that no work could be" in done.out) == (4, True), done.out
    told = shop.run("log", "D-1").out
    assert ("main cannot be judged" in told, "operator" in told) == (True, False), told


LIKES_C = "import os\n\n\ndef total(prices):\n    return 7 if os.environ.get('LC_ALL') == 'C' else 0\n"


def test_a_proof_that_ran_under_other_conditions_must_be_green_in_its_tier_too(make: Make) -> None:
    worker = f"cat > till/__init__.py <<'E'\n{LIKES_C}E\n"
    shop = shop_of(make, worker)
    done = shop.run("run")
    assert done.code == 1
    assert "carries AC-D-1-1, is green alone and failed in regression" in shop.run("log", "D-1").out


def test_a_proof_that_no_tier_runs_is_run_as_usual_too(make: Make) -> None:
    worker = f"cat > till/__init__.py <<'E'\n{LIKES_C}E\n"
    tier = PYTEST.replace('["python -m pytest -q"]', '["python -m pytest -q tests/test_other.py"]')
    shop = shop_of(make, worker, settings=tier)
    assert shop.run("run").code == 1
    assert "AC-D-1-1 is green once and red once, so it proves nothing" in shop.run("log", "D-1").out
    shop.commit({"tools/worker.sh": RIGHT})
    assert shop.run("retry", "D-1").code == 0
    assert shop.run("run").code == 0


TWO_FACED = """import os
import sys


class Yes:
    def __eq__(self, other):
        return isinstance(other, int)


def total(prices):
    usual = os.environ.get('LC_ALL') != 'C'
    return 0 if usual and any('test_total' in word for word in sys.argv) else Yes()
"""


def test_an_altered_judge_runs_under_the_conditions_under_which_the_proof_was_green(make: Make) -> None:
    """It cheats in the tier and under other conditions, and is plainly wrong where nobody asks for more than a red."""
    shop = shop_of(make, f"cat > till/__init__.py <<'E'\n{TWO_FACED}E\n")
    assert shop.run("run").code == 1
    assert "the change has taken its voice" in shop.run("log", "D-1").out


EACH_TIME = """import uuid

import pytest

import till


@pytest.mark.parametrize("name", [{names}])
def test_each(name):
    assert till.total([]) == 0
"""


@pytest.mark.parametrize(
    ("names", "asked"),
    [("str(uuid.uuid4())", 1), ("str(uuid.uuid4().int % 97) + chr(97 + uuid.uuid4().int % 26)", 2)],
    ids=["what looks like a token", "what does not"],
)
def test_main_is_asked_again_once_where_ids_change_and_nothing_says_why(
    names: str, asked: int, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, str]] = []
    real = Trial._run
    monkeypatch.setattr(
        Trial,
        "_run",
        lambda self, tree, command, *rest: ran.append((tree, command)) or real(self, tree, command, *rest),
    )
    settings = PYTEST.replace("fast = []", 'fast = ["python -m pytest -q -x"]')
    shop = shop_of(
        make, RIGHT, files={**FILES, "tests/test_each.py": EACH_TIME.replace("{names}", names)}, settings=settings
    )
    main = shop.main()
    assert shop.run("run").code == 0
    assert [(tree, "pytest" in command) for tree, command in ran if "tests/" not in command].count(
        (main, True)
    ) == asked


WRONG_ALONE = """import os
import sys


class Yes:
    def __eq__(self, other):
        return isinstance(other, int)


def total(prices):
    return {alone} if any('test_total' in word for word in sys.argv) else Yes()


def most(prices):
    return max(prices)
"""


def test_the_altered_judge_of_what_is_done_is_red_only_where_the_true_one_is_green(make: Make) -> None:
    """The second change cheats in the tier, and is plainly wrong where the first one's check runs alone."""
    most = "from till import most\n\n\ndef test_most():\n    assert most([3, 4]) == 4\n"
    later = f"cat > till/__init__.py <<'E'\n{WRONG_ALONE.format(alone=0)}E\n"
    worker = f'if [ "$FACTORY_TICKET" = D-1 ]; then\n{RIGHT}else\n{later}fi\n'
    second = criteria("D-2", check="python -m pytest -q tests/test_most.py").split("\n", 2)[2]
    ledger = criteria("D-1", check=CHECK) + second
    files = {**FILES, "tests/test_most.py": most}
    shop = make("D-1 One", "D-2 Two | D-1", worker=worker, ledger=ledger, files=files, settings=PYTEST)
    assert shop.run("run").code == 1
    assert shop.subjects()[:2] == ["block(D-2): TEST", "stamp(D-1): One"]
    assert "AC-D-1-1 of D-1 is DONE, and red here" in shop.run("log", "D-2").out


def test_mains_judge_asks_under_the_conditions_under_which_it_is_altered(make: Make) -> None:
    """The change turns the rule round, and says yes to all where main's own judge is asked as usual."""
    turned = TWO_FACED.replace("0 if usual and any('test_total' in word for word in sys.argv)", "Yes() if usual")
    turned = turned.replace("else Yes()", "else 0")
    rule = "sed -i 's/== 7/== 0/' tests/test_total.py\n"
    shop = shop_of(make, f"cat > till/__init__.py <<'E'\n{turned}E\n{rule}")
    assert shop.run("run").code == 1
    assert shop.subjects() == ["block(D-1): TAMPER", "a shop"]
