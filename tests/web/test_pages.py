"""Pages about one thing: an item, an attempt, its evidence by windows, a stamp's proof, what is looked for."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest

from factory.desk.panes import layouts
from factory.desk.panes.catalogue import PANES
from factory.desk.panes.viewport import LINES, viewport
from factory.desk.panes.word_groups import GROUPS
from factory.desk.panes.words import WORDS
from factory.desk.shown import ShownItem
from factory.errors import Mistake
from factory.faces.web.drawing import Drawing
from factory.git.repo import Repo
from factory.model import State
from factory.verify.walked import QUESTIONS, walk
from tests.desk.conftest import Mixed
from tests.desk.test_panes import look
from tests.line.conftest import Shop
from tests.web.conftest import Served
from tests.web.test_console import state


def stamp_of(shop: Shop, ticket: str) -> str:
    return shop.git("log", "--format=%H", f"--grep=^stamp({ticket})", "main").split()[0]


def test_an_item_its_attempts_its_files_and_its_stamp_have_pages(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    before, client = state(shop), served(shop.path)
    stamp, first = stamp_of(shop, "D-1"), shop.git("rev-list", "--max-parents=0", "main").strip()
    paths = [
        *("/ticket/D-1", "/ticket/D-2", "/ticket/D-3", "/ticket/D-4", "/ticket/L2_TAG_000002"),
        *("/ticket/D-1/1", "/ticket/D-2/3", "/ticket/D-1/1/file/diff", "/ticket/D-1/1/file/gate.log"),
        *(f"/stamp/{stamp}", f"/stamp/{stamp[:12]}", "/search?q=three", "/search", "/incident"),
    ]
    for path in paths:
        for lang in ("en", "ko"):
            answer = client.get(path, params={"lang": lang})
            assert (path, answer.status_code) == (path, 200)
            assert f'<html lang="{lang}">' in answer.text
    for path in ("/ticket/D-9", "/ticket/D-1/7", "/ticket/D-1/1/file/nothing", f"/stamp/{first}", "/stamp/HEAD"):
        assert (path, client.get(path).status_code) == (path, 404)
    assert state(shop) == before


def test_a_tickets_page_tells_what_was_tried_and_how_to_see_it(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    client = served(shop.path)
    done, failed = client.get("/ticket/D-1").text, client.get("/ticket/D-2").text
    assert ">RED</td>" in done
    assert ">GREEN</td>" in done
    assert f"git show {stamp_of(shop, 'D-1')[:12]}" in done
    assert [f"/ticket/D-2/{n}" in failed for n in (1, 2, 3)] == [True] * 3
    assert '<a href="/ticket/D-2">D-2</a>' in client.get("/ticket/D-3").text
    assert "+right" in client.get("/ticket/D-1/1/file/diff").text


def test_what_is_looked_for_is_found_by_title_id_and_file(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    client = served(shop.path)
    for words in ("three", "THREE", "d-3"):
        assert '<a href="/ticket/D-3">D-3</a>' in client.get("/search", params={"q": words}).text
    assert "tools/worker.sh" in client.get("/search?q=worker.sh").text
    assert "quarantined" not in client.get("/search?q=nowhere-at-all").text


# --- a stamp's proof


def remade(shop: Shop, stamp: str, parents: int, name: str = "factory") -> str:
    """The same tree and words by another hand, on so many of its parents."""
    words = shop.git("log", "-1", "--format=%B", stamp)
    held = shop.git("log", "-1", "--format=%P", stamp).split()[:parents]
    author = {f"GIT_{who}_{what}": name for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    options = [word for parent in held for word in ("-p", parent)]
    return shop.git("commit-tree", f"{stamp}^{{tree}}", *options, "-m", words, **author).strip()


def test_a_proof_is_walked_question_by_question(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    stamp = stamp_of(shop, "D-1")
    copied, forged = remade(shop, stamp, 1), remade(shop, stamp, 2, "mallory")
    with Repo(shop.path) as repo:
        good, one, other = (walk(repo, oid) for oid in (stamp, copied, forged))
        assert walk(repo, f"{stamp}^1") is None
    assert good
    assert good.holds
    assert [check.name for check in good.checks] == list(QUESTIONS)
    assert one
    assert [check.name for check in one.checks if check.faults] == ["shape"]
    assert [check.asked for check in one.checks] == [True, *[False] * (len(QUESTIONS) - 1)]
    assert other
    assert [check.name for check in other.checks if not check.holds] == ["hand"]
    client = served(shop.path)
    assert "Every check of this stamp holds." in client.get(f"/stamp/{stamp}").text
    page = client.get(f"/stamp/{forged}").text
    assert "This stamp does not hold." in page
    assert "main does not hold it" in page


def test_a_proof_of_cards_is_walked_card_by_card(mixed: Mixed) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    of_cards = shop.git("log", "--first-parent", "--format=%H", "--grep=^Factory-Cards", "main").split()[-1]
    with Repo(shop.path) as repo:
        proof = walk(repo, of_cards)
    assert proof
    assert proof.holds
    assert all(check.item for check in proof.checks if check.name == "evidence")


# --- windows, words, layouts


@hypothesis.given(
    st.lists(st.binary(max_size=12).map(lambda raw: raw.replace(b"\0", b"")), max_size=60), st.integers(1, 7)
)
def test_windows_one_after_the_other_are_the_whole_text(lines: list[bytes], most: int) -> None:
    text = "\n".join(line.decode("latin-1") for line in lines)
    content = "".join(letter for letter in text if letter.isprintable() or letter == "\n").encode()
    at, seen = 0, b""
    while True:
        window = viewport(content, at, most)
        assert window.start == at
        seen += content[window.start : window.end]
        if window.next is None:
            break
        back = viewport(content, window.next, most).previous
        assert back is not None
        assert back < window.next
        at = window.next
    assert seen == content


def test_a_window_is_bounded_whatever_the_text_is() -> None:
    long, wide = b"a line\n" * 1_000_000, b"w" * 10_000_000
    assert viewport(long, 0, 10**9).text.count("\n") == LINES
    assert len(viewport(wide, 5_000_000).text) <= 128 << 10
    assert viewport(long, 10**12).next is None
    assert viewport(b"\0\1\2", 0).binary


def test_a_window_shows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", "swordfish-and-herring")
    assert "swordfish" not in viewport(b"it says swordfish-and-herring here\n", 0).text


def test_every_word_stands_in_both_languages() -> None:
    rows = [*WORDS.items(), *(row for group in GROUPS.values() for row in group.items())]
    assert [key for key, (english, korean) in rows if not english or not korean] == []
    assert [key for key in WORDS if key in dir(dict)] == []
    assert {key for key, (english, korean) in rows if english == korean} == {"none"}


def test_what_the_factory_worded_is_said_in_korean(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert shop.run("run").code == 1
    page = served(shop.path).get("/?panes=line,people&lang=ko").text
    assert "실패" in page
    assert ">fail<" not in page
    assert "할 수 있는 일을 모두 끝냈습니다." in page


def test_layouts_are_kept_in_a_persons_own_configuration(mixed: Mixed, served: Served) -> None:
    shop = mixed()
    assert layouts.layouts(os.environ) == {}
    assert layouts.keep(os.environ, "night=line,money") == ("night", ("line", "money"))
    layouts.keep(os.environ, "day=git")
    at = layouts.layouts_at(os.environ)
    assert json.loads(at.read_text("utf-8")) == {"night": ["line", "money"], "day": ["git"]}
    assert Path(os.environ["HOME"]) in at.parents
    page = served(shop.path).get("/?layout=night").text
    assert 'data-panes="line,money"' in page
    assert 'href="/?layout=day"' in page


@pytest.mark.parametrize(
    "asked", ["night", "=line", "night=", "night=line,nothing", "a/b=line", "n=line,git,money,errors,queue"]
)
def test_what_is_no_layout_is_refused(asked: str) -> None:
    with pytest.raises(Mistake):
        layouts.keep(os.environ, asked)


@pytest.mark.parametrize("content", ["{", "[]", '{"night": "line"}'])
def test_a_file_of_layouts_that_is_none_is_told_and_the_page_stays(content: str, mixed: Mixed, served: Served) -> None:
    at = layouts.layouts_at(os.environ)
    at.parent.mkdir(parents=True)
    at.write_text(content, encoding="utf-8")
    with pytest.raises(Mistake):
        layouts.layouts(os.environ)
    assert served(mixed().path).get("/?layout=night").status_code == 200


def test_a_pane_of_ten_thousand_tickets_is_no_larger_than_a_page_may_be() -> None:
    titles = "제목 <b> & " * 40
    items = tuple(
        ShownItem(f"D-{n}", "ticket", State.PENDING, title=titles, why=titles, priority="P2") for n in range(10_000)
    )
    blocked = tuple(replace(item, id=f"B-{item.id}", state=State.BLOCKED) for item in items)
    found = look(items=(*items, *blocked))
    drawing = Drawing(found, "ko")
    sizes = {name: len(drawing.draw(f"panes/{name}.html", p=pane(found)).encode()) for name, pane in PANES.items()}
    assert sizes["queue"] > 10_000
    assert sum(sorted(sizes.values())[-4:]) < 100_000
