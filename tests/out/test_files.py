"""The folder of files to open, as a run leaves it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from factory.git.ledger import Ledger
from factory.git.repo import Repo
from factory.out.folder import Folder
from factory.out.laying import lay
from factory.records.view import find_main
from tests.line.conftest import SETTINGS, Shop
from tests.line.night import FAST, SLOW, running

Make = Callable[..., Shop]

WORKER = """
case "$FACTORY_TICKET" in
D-2) echo "wrong $FACTORY_ATTEMPT" > D-2.txt;;
D-3) [ "$FACTORY_ATTEMPT" = 1 ] && echo wrong > D-3.txt || echo right > D-3.txt;;
*) echo right > "$FACTORY_TICKET.txt";;
esac
printf '{"summary": "made it say right", "model": "m-1", "cost_usd": 0.0023, "calls": 2}' > "$FACTORY_REPORT"
"""
CHECK = 'grep -q right {0}.txt || {{ echo "AssertionError: {0} says $(cat {0}.txt)"; exit 1; }}'


def worked(make: Make, settings: str = SETTINGS) -> Shop:
    ids = ("D-1", "D-2", "D-3")
    table = "".join(
        f"| AC-{t}-1 | {t} | it is right | `{CHECK.format(t).replace('|', chr(92) + '|')}` | OPEN |  |\n" for t in ids
    )
    head = "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
    shop = make("D-1 First", "D-2 Second", "D-3 Third", worker=WORKER, settings=settings, ledger=head + table)
    assert shop.run("run").code == 1
    return shop


def out(shop: Shop) -> Path:
    return shop.path / "factory-out"


def run_of(shop: Shop) -> Path:
    (found,) = (out(shop) / "runs").iterdir()
    return found


def names(at: Path) -> list[str]:
    return sorted(path.relative_to(at).as_posix() for path in at.rglob("*") if path.is_file())


def test_a_run_leaves_the_files_of_the_contract_and_git_sees_none_of_them(make: Make) -> None:
    shop = worked(make)
    assert names(run_of(shop)) == [
        "budget_guard.json",
        "checkpoints/box_01_front.json",
        "done/D-1.ok.json",
        "done/D-3.ok.json",
        "fail/D-2.fail.json",
        "summary.md",
        *(f"why/{name}.md" for name in ("D-2-1", "D-2-2", "D-2-3", "D-3-1")),
    ]
    assert {"today.md", "today.ko.md", "today.html"} <= set(names(out(shop)))
    assert shop.git("status", "--porcelain", "--untracked-files=all") == ""


def test_what_they_say_is_what_git_says(make: Make) -> None:
    shop = worked(make)
    done = json.loads((run_of(shop) / "done/D-3.ok.json").read_text())
    stamps = shop.git("log", "--first-parent", "--format=%H", "--grep=^stamp(D-3)", "main").split()
    assert [done["stamp"]] == stamps
    assert (done["attempt"], done["status"], done["summary"], done["files"]) == (
        2,
        "PASS",
        "made it say right",
        ["D-3.txt"],
    )
    assert [(c["before"], c["after"]) for c in done["criteria"]] == [("RED", "GREEN")]
    failed = json.loads((run_of(shop) / "fail/D-2.fail.json").read_text())
    assert (failed["attempt"], failed["triage"], failed["why"]) == (3, "TEST", "why/D-2-3.md")
    assert failed["assertion"] == ["AssertionError: D-2 says wrong 3"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT[\d:]{8}\+09:00", failed["ended"])
    checkpoint = json.loads((run_of(shop) / "checkpoints/box_01_front.json").read_text())
    assert (checkpoint["stamped"], checkpoint["failed"], checkpoint["closed"]) == (["D-1", "D-3"], ["D-2"], True)


def test_the_page_of_a_failed_attempt_tells_all_of_it(make: Make) -> None:
    shop = worked(make)
    page = (run_of(shop) / "why/D-2-1.md").read_text()
    for told in (
        "# D-2#1 Second",
        "**FAIL TEST**: its tests or checks were not green.",
        "model m-1",
        "| AC-D-2-1 | it is right |",
        "AssertionError: D-2 says wrong 1",
        "+wrong 1",
        "made it say right",
        "## What the next attempt was told\n\n- `AC-D-2-1 is still red",
        "The next attempt is told.",
        "`factory log D-2`",
    ):
        assert told in page, told
    assert "It was told of the attempt before it:" not in page
    assert "It was told of the attempt before it:" in (run_of(shop) / "why/D-2-2.md").read_text()


def test_today_tells_the_story_in_both_languages_and_the_page_needs_nothing_else(make: Make) -> None:
    shop = worked(make)
    english, korean = ((out(shop) / name).read_text() for name in ("today.md", "today.ko.md"))
    assert re.search(r"\| D-3 \| Third \| `[0-9a-f]{12}` \| 2 \| \d+ s \| \$0\.00", english)
    assert "AssertionError: D-2 says wrong 3" in english
    assert f"factory-out/runs/{run_of(shop).name}/why/D-2-3.md" in english
    assert "- **D-1** First (+1 -0): made it say right" in english
    assert "한국어" not in english
    assert korean.startswith("# 공장 보고서")
    assert "테스트나 검사를 통과하지 못했습니다" in korean
    page = Page()
    page.feed((out(shop) / "today.html").read_text())
    assert page.languages == ["en", "en", "ko"]
    assert page.loads == []
    assert {"h1", "table", "pre", "section"} <= page.seen


class Page(HTMLParser):
    """What a page is made of, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.seen, self.loads, self.languages = set[str](), list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        found = dict(attrs)
        self.loads += [tag] if tag in ("script", "img", "link", "iframe") or "src" in found or "href" in found else []
        self.languages += [found["lang"] or ""] if "lang" in found else []


def test_a_person_may_delete_or_edit_any_of_them_and_nothing_changes(make: Make) -> None:
    shop = worked(make)
    before = [shop.run(*words).out for words in (("status", "--json"), ("kpi", "--json"), ("verify", "--json"))]
    (run_of(shop) / "done/D-9.ok.json").write_text("a lie")
    (run_of(shop) / "fail/D-2.fail.json").unlink()
    (out(shop) / "today.md").write_text("all is done")
    assert [shop.run(*words).out for words in (("status", "--json"), ("kpi", "--json"), ("verify", "--json"))] == before
    assert shop.run("run").code == 1
    assert "D-2 says wrong 3" in (out(shop) / "today.md").read_text()
    shutil.rmtree(out(shop))
    assert shop.run("run").code == 1
    assert "D-2 says wrong 3" in (out(shop) / "today.md").read_text()


def test_what_a_run_writes_again_is_what_is_so_and_nothing_else(make: Make) -> None:
    shop = worked(make)
    at = run_of(shop)
    (at / "done/D-9.ok.json").write_text("a lie")
    (at / "done/D-1.ok.json").write_text("another")
    before = json.loads((at / "fail/D-2.fail.json").read_text())
    (at / "fail/D-2.fail.json").unlink()
    with Repo(shop.path) as repo:
        lay(Ledger(repo, time.time), find_main(repo)[0])
    assert "done/D-9.ok.json" not in names(at)
    assert json.loads((at / "done/D-1.ok.json").read_text())["ticket"] == "D-1"
    assert json.loads((at / "fail/D-2.fail.json").read_text()) == before


def test_the_next_run_has_a_folder_of_its_own_and_what_a_killed_writer_left_is_swept(make: Make) -> None:
    shop = worked(make)
    first = run_of(shop)
    (out(shop) / ".today.md.123-456.part").write_text("half")
    shop.commit({"D_ROADMAP.md": shop.read("D_ROADMAP.md") + "| D-4 | IN_PROGRESS | P2 | LOW | Fourth |  |\n"})
    assert shop.run("run").code == 2, "D-4 has no criterion"
    runs = sorted(path.name for path in (out(shop) / "runs").iterdir())
    assert first.name in runs
    assert len(runs) == 2
    assert not list(out(shop).rglob("*.part"))


def test_the_setting_turns_it_off_moves_it_and_chooses_the_language(make: Make) -> None:
    shop = make(
        "D-1 One",
        worker="echo wrong > D-1.txt\n",
        settings=SETTINGS + '\n[factory]\nout = "kept/here"\nlanguage = "ko"\n',
    )
    assert shop.run("run").code == 1
    assert not out(shop).exists()
    (found,) = (shop.path / "kept/here/runs").iterdir()
    assert "## 요청한 일" in (found / "why/D-1-1.md").read_text()
    assert "실행 " in (found / "summary.md").read_text()
    assert shop.git("status", "--porcelain", "--untracked-files=all") == ""
    shop.commit({"ssot/factory.toml": SETTINGS + '\n[factory]\nout = ""\n'})
    before = names(shop.path / "kept")
    assert shop.run("retry", "D-1").code == 0
    assert shop.run("run").code == 1
    assert names(shop.path / "kept") == before


@pytest.mark.parametrize("name", ["/x", "../x", ".git/x", "a//b", "x/"])
def test_a_folder_outside_of_the_checkout_is_refused_in_one_line(make: Make, name: str) -> None:
    shop = make("D-1 One", settings=SETTINGS + f'\n[factory]\nout = "{name}"\n')
    said = shop.run("run")
    assert said.code == 2
    assert "is no folder in the checkout" in said.err
    assert said.err.count("\n") == 1


def test_a_name_that_main_tracks_or_that_leads_elsewhere_is_left_alone_and_the_line_goes_on(
    make: Make, tmp_path: Path
) -> None:
    shop = make("D-1 One", "D-2 Two", files={"factory-out/theirs.txt": "a person's"})
    said = shop.run("run")
    assert said.code == 0
    assert said.out.count("no files to open: ") == 1
    assert "main tracks factory-out" in said.out
    assert names(out(shop)) == ["theirs.txt"]


def test_a_link_or_a_file_in_its_place_holds_up_nothing(make: Make, tmp_path: Path) -> None:
    shop = make("D-1 One", "D-2 Two")
    (tmp_path / "elsewhere").mkdir()
    out(shop).symlink_to(tmp_path / "elsewhere")
    (shop.path / ".git/info").mkdir(exist_ok=True)
    (shop.path / ".git/info/exclude").write_text("/factory-out")
    said = shop.run("run", "--tickets", "1")
    assert "a link to somewhere else" in said.out
    assert not list((tmp_path / "elsewhere").iterdir())
    out(shop).unlink()
    out(shop).write_text("a file")
    assert shop.run("run").code == 0
    assert out(shop).read_text() == "a file"


def test_the_oldest_runs_go_first(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for number in range(5):
        folder.lay(f"runs/{number}/summary.md", b"x")
        os.utime(tmp_path / f"runs/{number}", (number, number))
    folder.keep("runs", most=2)
    assert sorted(path.name for path in (tmp_path / "runs").iterdir()) == ["3", "4"]


def test_a_bare_repository_has_no_folder_and_runs_as_ever(
    make: Make, tmp_path: Path, at: Callable[[Path], Shop]
) -> None:
    shop = make("D-1 One")
    subprocess.run(["git", "clone", "-q", "--bare", str(shop.path), str(tmp_path / "bare")], check=True)
    bare = at(tmp_path / "bare")
    assert bare.run("run").code == 0
    assert not (tmp_path / "bare" / "factory-out").exists()
    with Repo(tmp_path / "bare") as repo:
        assert repo.bare


def test_after_a_kill_the_report_and_the_next_run_tell_the_truth(make: Make, tmp_path: Path) -> None:
    go = tmp_path / "go"
    shop = make("D-1 First", "D-2 Second", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        run.child.kill()
        run.child.wait()
    assert "The run broke off and could not write down why" in shop.run("--lang", "en", "report").out
    assert shop.run("status", "--json").json["state"] == "RECOVERABLE"
    go.touch()
    assert shop.run("run").code == 0
    today = (out(shop) / "today.md").read_text()
    assert "The run broke off and could not write down why" in today
    assert "It went on at " in today
    assert "A run is on." not in today
    assert "| D-1 | First | `" in today
    assert not list(out(shop).rglob("*.part"))


def test_a_page_that_today_names_is_there_also_of_an_earlier_run(make: Make) -> None:
    shop = worked(make)
    shutil.rmtree(out(shop) / "runs")
    shop.release("D-4 Fourth")
    assert shop.run("run").code == 1
    (named,) = set(re.findall(r"`(factory-out/runs/\S+?\.md)`", (out(shop) / "today.md").read_text()))
    assert named.endswith("why/D-2-3.md")
    assert "wrong 3" in (shop.path / named).read_text()


def test_the_report_names_a_page_only_where_it_lies(make: Make, tmp_path: Path) -> None:
    shop = worked(make)
    page = run_of(shop) / "why/D-2-3.md"
    named = page.relative_to(shop.path).as_posix()
    assert f"`{named}` the last attempt" in shop.run("--lang", "en", "report").out
    page.unlink()
    told = shop.run("--lang", "en", "report").out
    assert named not in told
    assert "`factory log D-2` shows all that was tried.\n" in told
    shutil.rmtree(shop.path / ".git/factory/logs")  # as on any machine but the run's
    assert f"`{named}` the last attempt, on the machine of the run" in shop.run("--lang", "en", "report").out
