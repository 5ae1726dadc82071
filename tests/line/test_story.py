"""From roadmap to stamp: the loop as its user sees it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.line.conftest import RIGHT, SETTINGS, Shop, criteria, roadmap

Make = Callable[..., Shop]


def test_a_right_change_is_stamped_and_main_carries_its_proof(make: Make) -> None:
    shop = make("D-1 A first ticket")
    before = shop.main()
    done = shop.run("run")
    assert (done.code, done.err) == (0, "")
    assert shop.subjects()[0] == "stamp(D-1): A first ticket"
    assert shop.git("rev-parse", "main^1").strip() == before
    chain = shop.git("log", "--first-parent", "--format=%s", "-3", "main^2").splitlines()
    assert [s.split("(")[0] for s in chain] == ["evidence", "work", "plan"]
    assert shop.read("D-1.txt") == "right\n"
    assert "| D-1 | DONE |" in shop.read("D_ROADMAP.md")
    work = shop.git("rev-parse", "--short=12", "main^2^").strip()
    assert f"| DONE | {work} |" in shop.read("AC_LEDGER.md")
    assert shop.git("ls-tree", "--name-only", "main", ".factory") == ""
    assert (shop.path / "D-1.txt").read_text() == "right\n"
    assert shop.git("status", "--porcelain") == ""
    assert shop.run("verify").code == 0


def test_the_result_and_the_evidence_are_complete(make: Make) -> None:
    shop = make(
        "D-1 A ticket",
        worker=RIGHT + 'echo out; echo err >&2; echo \'{"summary": "did it", "calls": 2}\' > "$FACTORY_REPORT"\n',
    )
    assert shop.run("run").code == 0
    result = json.loads(shop.read(".factory/result.json", "main^2"))
    assert result["status"] == "PASS"
    assert result["criteria"] == [{"id": "AC-D-1-1", "before": "RED", "after": "GREEN"}]
    assert result["gate_results"] == {"doctor": "PASS", "fast": "SKIPPED", "regression": "PASS"}
    assert result["files_changed"] == ["D-1.txt"]
    assert result["calls"] == 2
    assert result["gate_tree"] == shop.git("rev-parse", "main^{tree}").strip()
    names = set(shop.git("ls-tree", "-r", "--name-only", "main^2:.factory/evidence").split())
    assert names == {
        "manifest.json", "kpi.json", "gate.log", "git_info.json", "cmd_history.txt", "stdout.txt", "stderr.txt",
        "exitcode.txt", "verify_report.json", "hash_manifest.json", "README.md", "altered.json", "second.json",
    }  # fmt: skip
    assert shop.read(".factory/evidence/stdout.txt", "main^2") == "out\n"
    assert shop.read(".factory/evidence/stderr.txt", "main^2") == "err\n"
    assert shop.subjects("main^2")[1] == "work(D-1#1): did it"


def test_a_wrong_change_goes_back_with_its_reason_and_the_next_attempt_is_told(make: Make) -> None:
    worker = """
if [ "$FACTORY_ATTEMPT" = 1 ]; then echo wrong > D-1.txt
else grep -q '"triage": *"TEST"' "$FACTORY_PLAN" && echo right > D-1.txt; fi
"""
    shop = make("D-1 A ticket", worker=worker)
    assert shop.run("run").code == 0
    events = [s.split(":")[0] for s in reversed(shop.subjects("factory/ledger"))]
    events = [e for e in events if "D-1" in e and e.split("(")[0] not in ("reserve", "settle")]
    assert events == ["start(D-1#1)", "fail(D-1#1)", "start(D-1#2)", "stamped(D-1#2)"]
    failed = shop.git("log", "--first-parent", "--format=%H", "--grep=^fail(D-1#1)", "factory/ledger").strip()
    assert shop.git("show", f"{failed}^2:D-1.txt") == "wrong\n"
    assert shop.git("for-each-ref", "--format=%(refname)", "refs/factory") == ""


def test_what_is_never_right_is_quarantined_on_main_at_the_cap(make: Make) -> None:
    shop = make(
        "D-1 Hopeless", "D-2 Fine", worker='[ "$FACTORY_TICKET" = D-1 ] && echo no > D-1.txt || echo right > D-2.txt\n'
    )
    done = shop.run("run")
    assert done.code == 1
    assert shop.subjects()[:2] == ["block(D-1): TEST", "stamp(D-2): Fine"]
    assert shop.git("diff", "--name-only", "main^1", "main").split() == ["D_ROADMAP.md"]
    status = shop.run("status", "--json").json
    assert status["counts"] == {"PENDING": 0, "INFLIGHT": 0, "DONE": 1, "BLOCKED": 1}
    assert status["tickets"]["D-1"]["state"] == "BLOCKED"
    assert status["tickets"]["D-1"]["attempts"] == 3
    assert status["tickets"]["D-1"]["triage"] == "TEST"


def test_a_blocked_ticket_set_back_by_hand_is_released_anew(make: Make) -> None:
    shop = make(
        "D-1 A ticket",
        worker="grep -q hint hint.txt && echo right > D-1.txt || echo no > D-1.txt\n",
        files={"hint.txt": "none\n"},
    )
    assert shop.run("run").code == 1
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("BLOCKED", "IN_PROGRESS"), "hint.txt": "hint\n"})
    assert shop.run("status", "--json").json["tickets"]["D-1"]["state"] == "PENDING"
    assert shop.run("run").code == 0
    tried = shop.run("status", "--json").json["tickets"]["D-1"]
    assert (tried["state"], tried["attempts"]) == ("DONE", 1)
    assert shop.subjects()[0] == "stamp(D-1): A ticket"
    assert "start(D-1#4)" in " ".join(shop.subjects("factory/ledger"))


def test_tickets_go_by_priority_then_order_and_wait_for_their_dependencies(make: Make) -> None:
    shop = make("D-1 First row | D-3", "D-2 Second row", "D-3 Third row", "D-4 Urgent")
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("D-4 | IN_PROGRESS | P2", "D-4 | IN_PROGRESS | P0")})
    dry = shop.run("dry", "--json").json
    assert [t["ticket"] for t in dry["tickets"]] == ["D-4", "D-2", "D-3", "D-1"]
    assert shop.run("run").code == 0
    order = [s for s in reversed(shop.subjects()) if s.startswith("stamp")]
    assert [s[6:9] for s in order] == ["D-4", "D-2", "D-3", "D-1"]


def test_nothing_to_do_is_a_sentence_and_exit_0(make: Make) -> None:
    shop = make("D-1 A ticket")
    shop.commit({"D_ROADMAP.md": roadmap(), "AC_LEDGER.md": criteria()})
    done = shop.run("run")
    assert done.code == 0
    assert "nothing" in done.out


def test_planned_tickets_are_left_alone(make: Make) -> None:
    shop = make("D-1 A ticket")
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("IN_PROGRESS", "PLANNED")})
    assert shop.run("run").code == 0
    assert shop.run("status", "--json").json["tickets"] == {}


def test_a_worker_that_changes_nothing_is_empty_and_one_that_fails_is_worker(make: Make) -> None:
    shop = make("D-1 Idle", "D-2 Broken", worker='[ "$FACTORY_TICKET" = D-1 ] || exit 3\n')
    assert shop.run("run").code == 1
    tickets = shop.run("status", "--json").json["tickets"]
    assert (tickets["D-1"]["triage"], tickets["D-2"]["triage"]) == ("EMPTY", "WORKER")


def test_what_a_broken_worker_printed_last_is_told_by_the_log_and_the_page(make: Make) -> None:
    worker = "echo 'I look for my key'; echo 'no key: set MY_KEY' >&2; exit 3\n"
    shop = make("D-1 Broken", worker=worker)
    assert shop.run("run").code == 1
    log = shop.run("log", "D-1").out
    assert "    | I look for my key\n    | no key: set MY_KEY\n" in log
    where = log.partition("all that the worker said: git ")[2].splitlines()[0].split()
    said = shop.git(*where)
    assert said.strip() == "no key: set MY_KEY"
    assert "no key: set MY_KEY" in shop.run("report").out
    (page,) = shop.path.glob("factory-out/runs/*/why/D-1-3.md")
    assert "no key: set MY_KEY" in page.read_text()


def test_a_check_that_is_green_before_any_work_is_vacuous(make: Make) -> None:
    shop = make("D-1 A ticket", ledger=criteria("D-1", check="true"))
    assert shop.run("run").code == 1
    assert shop.run("status", "--json").json["tickets"]["D-1"]["triage"] == "VACUOUS"


def test_a_change_outside_its_scope_is_refused(make: Make) -> None:
    shop = make('D-1 A ticket | | ```toml\nmodify = ["src/**"]\n```')
    assert shop.run("run").code == 1
    assert shop.run("status", "--json").json["tickets"]["D-1"]["triage"] == "SCOPE"


def test_hidden_files_are_the_gates_and_never_the_workers(make: Make) -> None:
    shop = make(
        'D-1 A ticket | | ```toml\nhidden = ["secret/**"]\n```',
        worker="[ -e secret ] && exit 9; echo right > D-1.txt\n",
        files={"secret/answer.txt": "42\n"},
        ledger=criteria("D-1", check="grep -q 42 secret/answer.txt && grep -q right D-1.txt"),
    )
    assert shop.run("run").code == 0
    assert shop.read("secret/answer.txt") == "42\n"


def test_a_tier_that_cannot_run_on_main_stops_before_the_first_ticket(make: Make) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS.replace('["true"]', '["no-such-program"]'))
    done = shop.run("run")
    assert done.code == 4
    assert "no-such-program" in done.err
    assert "Traceback" not in done.err
    assert shop.subjects() == ["a shop"]
    assert shop.run("status", "--json").json["state"] == "FAIL_STOP"


def test_a_main_whose_tests_cannot_be_collected_is_told_in_one_line_with_the_cause(make: Make) -> None:
    settings = SETTINGS.replace('["true"]', '["python -m pytest --collect-only -q"]')
    broken = {f"tests/test_{n}.py": "import no_such_package\n" for n in range(3)}
    shop = make("D-1 A ticket", settings=settings, files=broken)
    done = shop.run("run")
    assert done.code == 4
    assert "No module named 'no_such_package' (and 2 more)" in done.err
    assert done.err.count("\n") == 1


def test_a_check_that_replaces_the_path_of_the_gate_is_told_so(make: Make) -> None:
    blind = "PYTHONPATH=. python -m pytest -q test_right.py"
    test = "from pathlib import Path\n\n\ndef test_right():\n    assert Path('D-1.txt').read_text() == 'right\\n'\n"
    shop = make("D-1 A ticket", ledger=criteria("D-1", check=blind), files={"test_right.py": test})
    done = shop.run("run", "--once")
    assert "AC-D-1-1 could not run on main (exit code 4); keep what the gate sets" in done.out
    assert "0 attempts failed" in done.out
    seeing = blind.replace("=.", "=.:$PYTHONPATH")
    shop.commit({
        "AC_LEDGER.md": shop.read("AC_LEDGER.md").replace(blind, seeing),
        "D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("BLOCKED", "IN_PROGRESS"),
    })  # fmt: skip
    assert shop.run("run").code == 0


@pytest.mark.parametrize("command", [["run"], ["doctor"]])
def test_no_room_stays_when_the_command_has_ended(make: Make, command: list[str]) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS + '\n[sandbox]\nrooms = "warm"\n')
    assert shop.run(*command).code == 0
    rooms = Path(os.environ["XDG_CACHE_HOME"], "stampmill").glob("*/rooms/[0-9]*")
    assert list(rooms) == []


def test_no_worker_is_one_line_that_says_how_to_get_one(make: Make) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS.replace("workers.default", "workers.other"))
    done = shop.run("run")
    assert done.code == 2
    assert "worker" in done.err
    assert done.err.count("\n") == 1


def test_what_fails_outside_the_change_on_main_already_is_no_reason_to_refuse(make: Make) -> None:
    test = "def test_known_red():\n    assert False\n\n\ndef test_green():\n    assert True\n"
    shop = make(
        "D-1 A ticket",
        settings=SETTINGS.replace('["sh tools/regression.sh"]', '["python -m pytest -q"]'),
        files={"tests/test_it.py": test},
    )
    assert shop.run("run").code == 0
    tests = json.loads(shop.read(".factory/result.json", "main^2"))["tests"]
    assert tests == {"passed": 1, "failed": 0, "known_red": 1, "flaky": 0, "missing": 0}


def test_main_moving_under_the_gate_is_merged_and_gated_again(make: Make) -> None:
    """The first gate run commits to main as a person would; the change is then gated on the new main."""
    shop = make("D-1 A ticket")
    other = shop.commit({"other.txt": "a person's work\n"})
    assert shop.run("run").code == 0
    assert shop.read("other.txt") == "a person's work\n"
    assert shop.git("rev-parse", "main^1").strip() == other
