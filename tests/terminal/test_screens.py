"""Windows of every size, consoles of every alphabet, and the screens that are none: a pipe, a file, nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.faces.cli.screen import BACK, HOME
from factory.plain import cells
from factory.sandbox.process import run
from tests.line.conftest import Shop
from tests.terminal.conftest import TITLES, Open
from tests.terminal.terminal import CTRL_C, FACTORY, PATIENCE, ROOT, Terminal


def _last_look(terminal: Terminal) -> list[str]:
    return terminal.screen.rpartition(HOME)[2].replace("\x1b[K", "").replace("\x1b[J", "").split("\r\n")[:-1]


def test_the_live_page_follows_the_window_and_leaves_the_terminal_as_it_was(opened: Open) -> None:
    with opened("status", "--watch", rows=24, columns=100) as terminal:
        terminal.says("today (")
        assert any(TITLES[0] in line for line in _last_look(terminal))
        terminal.resize(6, 30)
        terminal.until(lambda: len(_last_look(terminal)) == 5, "a smaller page")
        assert max(map(cells, _last_look(terminal))) <= 29
        assert "today (" in _last_look(terminal)[-1]
        terminal.type(CTRL_C)
        assert terminal.ends() == 0
        after = terminal.screen.rpartition(BACK)[2]
    assert TITLES[0] in after  # the last look stays, whole
    assert "\x1b" not in after


STRICT = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}


@pytest.fixture
def said(shop: Shop, go: Callable[[], None]) -> Callable[..., tuple[int, bytes, str]]:
    """said("status", "> /dev/full") -> exit code, stdout, stderr."""
    go()

    def say(words: str, after: str = "", **env: str) -> tuple[int, bytes, str]:
        script = f'"$@" {words} --repo {shop.path} {after}'
        done = run(["bash", "-c", script, "bash", *FACTORY], cwd=ROOT, timeout=PATIENCE,
                   env={**os.environ, "PYTHONPATH": str(ROOT), **env})  # fmt: skip
        return done.code, done.stdout, done.stderr.decode()

    return say


def test_names_of_files_are_utf_8_where_nothing_else_of_the_machine_is(said, shop: Shop) -> None:  # type: ignore[no-untyped-def]
    shop.commit({"tools/worker.sh": 'mkdir -p 문서; echo 글 > 문서/한글.txt; echo right > "$FACTORY_TICKET.txt"\n'})
    code, out, err = said("run", **STRICT)
    assert (code, err, out.isascii()) == (0, "", True)
    assert (shop.path / "문서/한글.txt").read_text(encoding="utf-8") == "글\n"
    assert shop.git("status", "--porcelain") == ""
    code, out, err = said("verify", **STRICT)
    assert (code, out.splitlines()[0], err) == (0, b"2 stamps, 2 good, 0 faults", "")
    code, out, err = said("report", PYTHONIOENCODING="cp949")
    assert (code, err) == (0, "")
    assert "다음" in out.decode("cp949")
    assert "다음" in shop.read("reports/" + _page(shop), "factory/ledger")  # what is kept is UTF-8
    code, out, err = said("status --json", PYTHONIOENCODING="ascii")
    assert json.loads(out.decode("ascii"))["tickets"]["D-1"]["title"] == TITLES[0]


def _page(shop: Shop) -> str:
    return Path(shop.git("ls-tree", "--name-only", "factory/ledger", "reports/").split()[0]).name


def test_a_screen_that_is_none_has_the_exit_code_of_what_was_done(said) -> None:  # type: ignore[no-untyped-def]
    assert said("report", "| head -1; exit ${PIPESTATUS[0]}")[::2] == (0, "")
    assert said("status --watch", "| head -1; exit ${PIPESTATUS[0]}")[::2] == (0, "")
    full = "factory: stdout: No space left on device; what was to be shown is lost\n"
    assert said("status", "> /dev/full")[::2] == (4, full)
    assert said("run", "> /dev/full")[::2] == (0, full)
    assert said("status", ">&- 2>&- <&-") == (0, b"", "")


def test_a_sentence_is_read_in_the_terminals_alphabet(said, shop: Shop) -> None:  # type: ignore[no-untyped-def]
    assert said('add "$(printf "\\261\\333")"', PYTHONIOENCODING="cp949")[0] == 0
    assert "| 글 |" in (shop.path / "D_ROADMAP.md").read_text(encoding="utf-8")
    code, _, err = said('add "$(printf "\\261\\333")"')
    assert code == 2
    assert err == "factory: the words b'\\xb1\\xdb' are not UTF-8, as this terminal is; set LC_ALL to what it speaks\n"
