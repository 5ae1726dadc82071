"""Every command, as typed: exit codes of the contract, one line where something is wrong, and never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from factory import cli
from factory.git.repo import Repo
from tests.git.conftest import put
from tests.line.conftest import SETTINGS, Answer, Shop, criteria, roadmap

Make = Callable[..., Shop]
At = Callable[[Path], Shop]
MAIN = "refs/heads/main"
TREE = cli.commands().commands  # type: ignore[attr-defined]
COMMANDS = sorted(name for name, command in TREE.items() if not hasattr(command, "commands"))
GROUPS = sorted(name for name in TREE if name not in COMMANDS)
TAKE_A_WORD = {"add": ["a sentence"], "import": ["queue.md"], "ping": ["--notify"]}
TAKE_A_TICKET = ("submit", "rewind", "cancel", "retry", "replan", "audit")
READING = ("status", "verify", "evidence_check", "dry", "log", "guard", "docops")


def one_line(answer: Answer, code: int, *words: str) -> None:
    assert answer.code == code, answer
    assert answer.err.startswith("factory: ")
    assert answer.err.count("\n") == 1, answer.err
    assert "Traceback" not in answer.err + answer.out
    for word in words:
        assert word in answer.err, answer.err


def branch(shop: Shop, name: str, files: dict[str, bytes | None], text: str = "feat: by hand") -> None:
    with Repo(shop.path) as repo:
        repo.move(f"refs/heads/{name}", repo.tip(MAIN), None)
        put(repo, files, text, ref=f"refs/heads/{name}")


# --- every command ---------------------------------------------------------------------------------------


def test_the_contracts_commands_are_there() -> None:
    wanted = {
        "init", "run", "dry", "status", "gate", "doctor", "fast", "regression", "guard", "docops", "submit", "verify",
        "evidence_check", "rewind", "cancel", "retry", "replan", "stop", "resume", "log",
    }  # fmt: skip
    assert wanted <= set(COMMANDS)


@pytest.mark.parametrize("command", [*COMMANDS, *GROUPS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        cli.main([command, "--help"])
    said = capsys.readouterr()
    assert not done.value.code
    assert "Usage:" in said.out
    assert said.err == ""


@pytest.mark.parametrize("words", [[], *([group] for group in GROUPS)])
def test_no_summary_of_a_command_is_cut_off(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([*words, "--help"])
    said = capsys.readouterr().out.partition("Commands:" if words else "Options:")[2]
    assert said.count("\n") > 1
    assert "..." not in said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_names_a_wrong_option_in_one_line(command: str, at: At, tmp_path: Path) -> None:
    one_line(at(tmp_path).run(command, "--no-such-option"), 2, "--no-such-option")


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("demo", "help")])
def test_outside_a_repository_every_command_is_one_line(command: str, at: At, tmp_path: Path) -> None:
    ticket = ["D-1"] if command in TAKE_A_TICKET else TAKE_A_WORD.get(command, [])
    one_line(at(tmp_path).run(command, *ticket), 2, "not a git repository")
    one_line(at(tmp_path / "none").run(command, *ticket), 2, "no such folder")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("demo", "init", "help")])
def test_without_git_on_the_path_every_command_is_one_line(
    make: Make, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shop = make("D-1 A ticket")
    monkeypatch.setenv("PATH", str(tmp_path))
    ticket = ["D-1"] if command in TAKE_A_TICKET else TAKE_A_WORD.get(command, [])
    one_line(shop.run(command, *ticket), 4, "git")


def test_a_command_that_does_not_exist_is_one_line(at: At, tmp_path: Path) -> None:
    one_line(at(tmp_path).run("bogus"), 2, "bogus", "--help")


@pytest.mark.parametrize("command", [("status",), ("verify",), ("dry",), ("log",), ("guard",), ("docops",), ("fast",)])
def test_json_is_one_document_and_nothing_else(make: Make, command: tuple[str, ...]) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS.replace("fast = []", 'fast = ["true"]'))
    done = shop.run(*command, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json is not None
    assert json.loads(done.out) == done.json


def test_the_json_of_status_and_verify_has_the_contracts_keys(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Another", planned=("D-2",))
    assert shop.run("run").code == 0
    status = shop.run("status", "--json").json
    assert set(status) == {
        "state", "stop_reason", "main", "counts", "tickets", "budget", "red", "planned", "reserved",
    }  # fmt: skip
    assert set(status["counts"]) == {"PENDING", "INFLIGHT", "DONE", "BLOCKED"}
    assert set(status["tickets"]) == {"D-1"}
    assert {"state", "attempts", "stamp", "triage"} <= set(status["tickets"]["D-1"])
    assert set(status["budget"]) == {"date", "calls", "tokens_in", "tokens_out", "usd"}
    assert (status["state"], status["main"], status["planned"]) == ("READY", shop.main(), {"D-2": "Another"})
    assert "D-2  PLANNED  Another" in shop.run("status").out
    assert shop.run("verify", "--json").json.items() >= {"stamps": 1, "ok": 1, "bad": []}.items()


# --- what the user wrote is wrong ------------------------------------------------------------------------

WRONG: dict[str, tuple[dict[str, str | None], tuple[str, ...]]] = {
    "no roadmap": ({"D_ROADMAP.md": None}, ("D_ROADMAP.md", "factory init")),
    "no ledger": ({"AC_LEDGER.md": None}, ("AC_LEDGER.md", "factory init")),
    "a roadmap without a table": ({"D_ROADMAP.md": "# nothing\n"}, ("D_ROADMAP.md",)),
    "an unknown status": (
        {"D_ROADMAP.md": roadmap("D-1 A").replace("IN_PROGRESS", "DOING")}, ("D_ROADMAP.md:5", "DOING"),
    ),
    "a ticket twice": ({"D_ROADMAP.md": roadmap("D-1 A", "D-1 B")}, ("D_ROADMAP.md:6", "D-1")),
    "a dependency on nothing": ({"D_ROADMAP.md": roadmap("D-1 A | D-7")}, ("D_ROADMAP.md:5", "D-7")),
    "a ring": (
        {"D_ROADMAP.md": roadmap("D-1 A | D-2", "D-2 B | D-1"), "AC_LEDGER.md": criteria("D-1", "D-2")}, ("D-2",),
    ),
    "a criterion of nobody": ({"AC_LEDGER.md": criteria("D-1", "D-7")}, ("AC_LEDGER.md:4", "D-7")),
    "terms that are no TOML": ({"D_ROADMAP.md": roadmap("D-1 A | | ```toml\nx = \n```")}, ("D_ROADMAP.md",)),
    "an unknown setting": ({"ssot/factory.toml": SETTINGS + "[gates]\n"}, ("ssot/factory.toml", "gates")),
    "settings that are no TOML": ({"ssot/factory.toml": "= x"}, ("ssot/factory.toml",)),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("command", ["run", "dry", "status"])
def test_a_mistake_in_the_tables_or_settings_is_one_line_with_its_place(make: Make, what: str, command: str) -> None:
    files, words = WRONG[what]
    shop = make("D-1 A")
    shop.commit(files)
    one_line(shop.run(command), 2, *words)


def test_a_fault_in_a_tickets_terms_is_that_tickets_alone(make: Make) -> None:
    shop = make("D-1 A")
    shop.commit({"D_ROADMAP.md": roadmap("D-1 A | | ```toml\nmodfy = []\n```")})
    for command in ("run", "dry"):
        one_line(shop.run(command), 2, "D_ROADMAP.md:", "modfy", "modify")
    told = shop.run("status")
    assert (told.code, "unknown key modfy; did you mean modify?" in told.out) == (0, True)


@pytest.mark.parametrize("command", ["retry", "cancel", "replan", "rewind"])
def test_a_ticket_that_does_not_exist_is_one_line(make: Make, command: str) -> None:
    shop = make("D-1 A ticket")
    one_line(shop.run(command, "D-9"), 2, "D-9")


# --- init ------------------------------------------------------------------------------------------------


def _plain(path: Path, files: dict[str, bytes]) -> None:
    path.mkdir()
    Repo.create(path)
    if files:
        with Repo(path) as repo:
            put(repo, dict(files), "code")  # type: ignore[arg-type]
            repo.call("read-tree", "-m", "-u", "HEAD", cwd=path)


def test_init_on_an_empty_repository_and_run_right_after_it(at: At, tmp_path: Path) -> None:
    _plain(tmp_path / "new", {})
    shop = at(tmp_path / "new")
    assert shop.run("init").code == 0
    one_line(shop.run("run"), 2, "no commit has this file yet", "commit")
    shop.git("add", "-A")
    shop.git("-c", "user.name=p", "-c", "user.email=p@example.com", "commit", "-q", "-m", "the factory's files")
    one_line(shop.run("run"), 2, "no worker", "[workers.default]")
    one_line(shop.run("dry"), 2, "no worker", "[workers.default]")
    assert shop.run("status").code == 0
    assert shop.run("verify").code == 0


def test_init_names_the_branch_that_is_checked_out(at: At, tmp_path: Path) -> None:
    _plain(tmp_path / "new", {"app.py": b""})
    shop = at(tmp_path / "new")
    shop.git("branch", "-q", "-m", "main", "trunk")
    assert shop.run("init").code == 0
    assert 'main = "trunk"' in (shop.path / "ssot/factory.toml").read_text()


def test_init_in_a_bare_repository_is_one_line(at: At, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    Repo.create(tmp_path / "bare", bare=True)
    one_line(at(tmp_path / "bare").run("init"), 2, "bare")


# --- submit ----------------------------------------------------------------------------------------------


def test_a_right_change_of_a_person_is_stamped(make: Make) -> None:
    shop = make("D-1 A ticket")
    branch(shop, "mine", {"D-1.txt": b"right\n"}, "feat: by hand\n\nFactory-Event: stamp")
    done = shop.run("submit", "D-1", "--branch", "mine")
    assert (done.code, done.err) == (0, "")
    assert shop.subjects()[0] == "stamp(D-1): A ticket"
    assert shop.subjects("main^2")[1] == "work(D-1#1): feat: by hand"
    assert shop.run("verify").code == 0
    assert shop.run("status", "--json").json["tickets"]["D-1"]["state"] == "DONE"


def test_a_submitted_branch_behind_main_is_merged(make: Make) -> None:
    shop = make("D-1 A ticket")
    branch(shop, "mine", {"D-1.txt": b"right\n"})
    shop.commit({"other.txt": "meanwhile\n"})
    assert shop.run("submit", "D-1", "--branch", "mine").code == 0
    assert shop.read("other.txt") == "meanwhile\n"
    assert shop.run("verify").code == 0


def test_a_wrong_change_of_a_person_is_not_stamped_and_says_why(make: Make) -> None:
    shop = make("D-1 A ticket")
    before = shop.main()
    branch(shop, "mine", {"D-1.txt": b"wrong\n"})
    done = shop.run("submit", "D-1", "--branch", "mine")
    assert (done.code, done.err) == (1, "")
    assert "AC-D-1-1" in done.out
    assert shop.main() == before


def test_a_submitted_change_is_held_to_the_same_guards(make: Make) -> None:
    shop = make("D-1 A ticket")
    branch(shop, "mine", {"D-1.txt": b"right\n", "ssot/factory.toml": b"[gate]\n"})
    done = shop.run("submit", "D-1", "--branch", "mine")
    assert done.code == 1
    assert "ssot/factory.toml" in done.out


def test_nothing_to_submit_is_one_line(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Later", planned=("D-2",))
    branch(shop, "mine", {"D-1.txt": b"right\n"})
    one_line(shop.run("submit", "D-1"), 2, "nothing that main lacks")
    one_line(shop.run("submit", "D-1", "--branch", "none"), 2, "no branch or commit 'none'")
    one_line(shop.run("submit", "D-1", "--branch", "--upload-pack=x"), 2, "no branch or commit")
    one_line(shop.run("submit", "D-9", "--branch", "mine"), 2, "no ticket D-9")
    one_line(shop.run("submit", "D-2", "--branch", "mine"), 2, "D_ROADMAP.md:6", "PLANNED", "IN_PROGRESS")
    assert shop.run("submit", "D-1", "--branch", "mine").code == 0
    one_line(shop.run("submit", "D-1", "--branch", "mine"), 2, "DONE")


# --- judging by hand -------------------------------------------------------------------------------------


def test_the_gate_and_its_tiers_by_hand(make: Make) -> None:
    shop = make("D-1 A ticket", regression="test ! -e broken.txt\n")
    assert shop.run("gate").code == 0
    assert shop.run("doctor").code == 0
    done = shop.run("regression", "--json")
    assert (done.code, done.json["status"]) == (0, "PASS")
    (shop.path / "broken.txt").write_text("x\n")
    assert shop.run("regression").code == 1
    assert shop.run("gate").code == 1
    assert shop.run("gate", "--tree", "main").code == 0
    one_line(shop.run("gate", "--tree", "none"), 2, "'none'")
    assert shop.git("status", "--porcelain") == "?? broken.txt\n"


def test_a_gate_that_cannot_run_by_hand_is_exit_4(make: Make) -> None:
    shop = make("D-1 A ticket", settings=SETTINGS.replace('["true"]', '["no-such-program"]'))
    assert shop.run("doctor").code == 4
    empty = SETTINGS.replace('["true"]', "[]").replace('["sh tools/regression.sh"]', "[]")
    shop.commit({"ssot/factory.toml": empty})
    one_line(shop.run("gate"), 4, "three tiers are empty")


def test_guards_by_hand_name_the_line_and_exit_1(make: Make) -> None:
    shop = make("D-1 A ticket", files={"docs/a.md": "fine\n"})
    assert shop.run("guard").code == 0
    assert shop.run("guard", "scope").out == "scope: PASS\n"
    one_line(shop.run("guard", "nope"), 2, "nope", "scope")
    table = shop.read("D_ROADMAP.md").replace("IN_PROGRESS", "DONE")
    (shop.path / "D_ROADMAP.md").write_text(table)
    done = shop.run("guard", "ssot_docs")
    assert done.code == 1
    assert "D_ROADMAP.md:5" in done.out
    assert shop.run("docops").code == 0


# --- log -------------------------------------------------------------------------------------------------


def test_the_log_is_the_audit_trail_newest_first(make: Make) -> None:
    shop = make("D-1 A ticket", "D-2 Another")
    assert shop.run("log").out == "nothing has happened yet: `factory run` starts\n"
    assert shop.run("run").code == 0
    lines = shop.run("log").out.splitlines()
    assert "D-2" in shop.run("log", "D-2").out
    assert "D-1" not in shop.run("log", "D-2").out
    assert lines[0].split()[3] == "stop"
    assert len(shop.run("log", "--limit", "2").out.splitlines()) == 2
    names = [event["name"] for event in shop.run("log", "D-1", "--json").json]
    assert names[0] == "stamped"
    assert "start" in names


def test_no_command_changes_the_environment_or_the_working_directory(make: Make) -> None:
    shop = make("D-1 A ticket")
    before, where = dict(os.environ), Path.cwd()
    for command in READING:
        shop.run(command)
    assert (dict(os.environ), Path.cwd()) == (before, where)
