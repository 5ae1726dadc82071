"""What the gate's commands find: an environment that setup made once, the room's own sources, a runner's JUnit file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.gate.interpreter import source_roots
from tests.line.conftest import SETTINGS, Shop, executable

Make = Callable[..., Shop]
SETUP = SETTINGS.replace(
    "[gate]", '[gate]\nsetup = ["cat tools/wanted.txt > $FACTORY_ENV/made; echo x >> $FACTORY_ENV/times"]'
)


def test_setup_runs_once_per_content_of_the_files_that_it_names(make: Make) -> None:
    check = 'regression = ["test \\"$(cat $FACTORY_ENV/made)\\" = wanted && test $(wc -l < $FACTORY_ENV/times) = 1"]'
    settings = SETUP.replace('regression = ["sh tools/regression.sh"]', check)
    shop = make("D-1 One", "D-2 Two", settings=settings, files={"tools/wanted.txt": "wanted\n"})
    assert shop.run("run").code == 0


def test_a_setup_that_another_command_has_made_meanwhile_is_taken_from_it(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`factory gate` by hand beside a run: both begin it, and the slower one goes on with what the faster one made."""
    shop, real, made = make("D-1 One", settings=SETUP, files={"tools/wanted.txt": "wanted\n"}), os.replace, []

    def replace(aside: Path, done: Path) -> None:
        if Path(done).parent.name == "env" and not made:
            shutil.copytree(aside, done)
            made.append(done)
        real(aside, done)

    monkeypatch.setattr(os, "replace", replace)
    done = shop.run("run")
    assert done.code == 0, done.err
    assert [list(at.parent.iterdir()) for at in made] == [made]


def test_a_setup_that_fails_stops_before_the_first_ticket(make: Make) -> None:
    shop = make("D-1 One", settings=SETTINGS.replace("[gate]", '[gate]\nsetup = ["echo no wheel; exit 7"]'))
    done = shop.run("run")
    assert done.code == 4
    assert "no wheel" in done.err
    assert "the gate's setup runs, with no network" in done.out
    assert 'it had no network: `network = "full"` under [sandbox] in ssot/factory.toml gives it one' in done.err


def test_a_program_that_no_room_shows_is_named_with_the_setting_that_shows_it(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "tryit").write_text("#!/bin/sh\nexit 0\n")
    (tools / "tryit").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    shop = make("D-1 One", settings=SETTINGS, regression="tryit\n")
    done = shop.run("run")
    assert done.code == 4
    shown = f'read = ["{tools}"]'
    assert f"`tryit` is in {tools}, which rooms do not show: write `{shown}` under [sandbox]" in done.err
    shop.commit({"ssot/factory.toml": f"{SETTINGS}\n[sandbox]\n{shown}\n"})
    assert shop.run("run").code == 0


def test_a_worker_that_no_room_shows_is_named_too(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = tmp_path / "tools/tryit"
    worker.parent.mkdir()
    worker.write_text("#!/bin/sh\n")
    worker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{worker.parent}:{os.environ['PATH']}")
    settings = SETTINGS.replace('["sh", "tools/worker.sh"]', '["tryit"]')
    shop = make("D-1 One", settings=f"{settings}\n[caps]\nattempts = 1\n")
    for command in ("dry", "run"):
        assert shop.run(command).code == 4
    assert f"`tryit` is in {worker.parent}, which rooms do not show" in shop.run("log", "D-1").out


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("import os\ndef test_a(): os._exit(1)\n", "is broken off before its tests have ended (exit code 1)"),
        ("def test_a(): pass\n", "could not run (exit code 4)"),
    ],
)
def test_a_main_that_cannot_be_tested_is_said_to_be_what_it_is(make: Make, test: str, said: str) -> None:
    word = "" if "_exit" in test else " --no-such-option"
    settings = SETTINGS.replace("sh tools/regression.sh", f"python -m pytest -q{word}")
    done = make("D-1 One", settings=settings, files={"test_a.py": test}).run("run")
    assert (done.code, f"on main {said}" in done.err) == (4, True), done.err


def test_a_runner_that_writes_junit_is_judged_test_by_test(make: Make) -> None:
    regression = """
ok() { echo "<testcase classname='t' name='$1'/>"; }
bad() { echo "<testcase classname='t' name='$1'><failure/></testcase>"; }
{ echo "<testsuite>"; ok kept; [ -e D-1.txt ] && ok new || true; bad known; echo "</testsuite>"; } > report.xml
exit 1
"""
    settings = SETTINGS.replace("[gate]", '[gate]\njunit = "report.xml"')
    shop = make("D-1 One", settings=settings, regression=regression)
    assert shop.run("run").code == 0
    tests = json.loads(shop.read(".factory/result.json", "main^2"))["tests"]
    assert tests == {"passed": 2, "failed": 0, "known_red": 1, "flaky": 0, "missing": 0}


def test_a_report_that_the_change_spoils_is_the_attempts_failure_and_ends_no_run(make: Make) -> None:
    good = "<testsuite><testcase name='kept'/></testsuite>"
    regression = f"""
if [ -e D-1.txt ]; then echo "no report at all"; else echo "{good}"; fi > report.xml
"""
    settings = SETTINGS.replace("[gate]", '[gate]\njunit = "report.xml"')
    shop = make("D-1 One", settings=settings, regression=regression)
    done = shop.run("run")
    assert done.code == 1, done.err
    assert "the JUnit report is not XML" in done.out + done.err


def test_sources_of_an_editable_install_are_found_in_the_room(tmp_path: Path) -> None:
    site, root = tmp_path / "venv/lib/python3.12/site-packages", tmp_path / "repo"
    site.mkdir(parents=True)
    (site / "plain.pth").write_text(f"{root}/src\n")
    (site / "other.pth").write_text("/somewhere/else\nimport os\n")
    (site / "__editable___shop_finder.py").write_text(f"MAPPING = {{'shop': '{root}/lib/shop'}}\n")
    (site / "whole.pth").write_text(f"{root}\n")
    assert set(source_roots(tmp_path / "venv/bin/python", root)) == {"src", "lib", ""}
    assert source_roots(tmp_path / "none/bin/python", root) == ()


def test_the_image_of_the_settings_is_the_one_that_the_engine_is_asked_for(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = tmp_path / "bin" / "podman"
    engine.parent.mkdir()
    engine.write_text('#!/bin/sh\necho "no such image: $*" >&2\nexit 1\n')
    executable(engine)
    monkeypatch.setenv("PATH", f"{engine.parent}:{os.environ['PATH']}")
    shop = make("D-1 One", settings=f'{SETTINGS}\n[sandbox]\nkind = "podman"\nimage = "ours:7"\n')
    done = shop.run("doctor")
    assert done.code == 4
    assert "podman has no image ours:7 (no such image: image inspect ours:7); `podman pull ours:7`" in done.err


def test_a_file_that_git_does_not_have_is_named_to_whoever_misses_it(make: Make) -> None:
    shop = make("D-1 One", settings=f"{SETTINGS}\n[caps]\nattempts = 1\n", worker=". ./tools/more.sh\n")
    (shop.path / "tools/more.sh").write_text("echo right > D-1.txt\n")
    said = "`tools/more.sh` is in your folder and not in git, so no room has it"
    assert said in shop.run("run").out
    shop.commit({"tools/worker.sh": "echo right > D-1.txt\n", "tools/regression.sh": "cat tools/more.sh\n"})
    assert shop.run("retry", "D-1").code == 0
    assert said in shop.run("run").err


def test_a_red_tier_without_single_tests_says_where_a_test_may_wait(make: Make) -> None:
    done = make("D-1 One", settings=SETTINGS, regression="exit 1\n").run("run")
    assert done.code == 4
    assert "put a test that waits for its ticket where it does not look (`factory help languages`)" in done.err
