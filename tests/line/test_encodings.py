"""Files from other editors, and names in another composition, from the table to the stamp."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable

from factory.model import TicketStatus
from factory.ssot.documents import read_roadmap
from tests.line.conftest import Shop, criteria
from tests.unit.test_encoding import marked

Make = Callable[..., Shop]


def test_rules_that_no_worker_could_read_are_refused_before_one_is_paid(make: Make) -> None:
    shop = make("D-1 One", files={"ssot/SSOT_RULES.md": "# 규칙\n\n한글로 쓴다\n".encode("cp949")})
    for command in ("dry", "run"):
        done = shop.run(command)
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith("factory: ssot/SSOT_RULES.md:1: not UTF-8: byte 0xb1, as in CP949; save the file as")
    assert "start(D-1#1)" not in "".join(shop.subjects("factory/ledger"))


def test_a_repository_of_a_windows_editor_works_to_its_stamp(make: Make) -> None:
    shop = make("D-1 날짜를 읽는다")
    for path, name in (
        ("D_ROADMAP.md", "utf-16-le"),
        ("AC_LEDGER.md", "utf-8-sig"),
        ("ssot/factory.toml", "utf-16-be"),
    ):
        shop.commit({path: marked(shop.read(path).replace("\n", "\r\n"), name)})
    assert shop.run("run").code == 0
    assert shop.run("verify").code == 0
    (ticket,) = read_roadmap((shop.path / "D_ROADMAP.md").read_bytes())
    assert ticket.status is TicketStatus.DONE
    assert (shop.path / "D_ROADMAP.md").read_bytes().startswith(codecs.BOM_UTF16_LE)
    assert shop.git("status", "--porcelain") == ""


def test_a_repository_whose_names_have_their_letters_apart_works_to_its_stamp(make: Make) -> None:
    apart = unicodedata.normalize("NFD", "문서/설명.txt")
    worker = 'for file in */*.txt; do echo right >> "$file"; done\n'
    rows = 'D-1 설명을 고친다 | | ```toml\nmodify = ["문서/*.txt"]\n```'
    shop = make(
        rows,
        worker=worker,
        files={apart: "one\n"},
        ledger=criteria("D-1", check="grep -rq right --include=*.txt ."),
    )
    assert shop.run("run").code == 0
    assert shop.read(apart) == "one\nright\n"
    assert shop.run("verify").code == 0
    assert shop.git("status", "--porcelain") == ""


def test_a_second_name_that_a_disk_takes_for_the_first_is_refused_by_its_reason(make: Make) -> None:
    apart = unicodedata.normalize("NFD", "설명.txt")
    worker = "echo right > D-1.txt; echo two > 설명.txt\n"
    shop = make("D-1 One", worker=worker, files={apart: "one\n"})
    assert shop.run("run").code == 1
    assert "differs only in how its letters are composed (NFC and NFD)" in shop.run("status").out
