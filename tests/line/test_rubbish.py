"""Rubbish where the factory keeps its own, and in history: one line that says where, or no word at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.repo import Repo
from tests.git.conftest import put
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, safe

Make = Callable[..., Shop]


@pytest.mark.parametrize(
    "content",
    [
        b'{"command": "stop", "ticket": "", "pid": 99999999999999999999}',
        b'{"command": "cancel", "ticket": "\\ud800", "pid": 1}',
        b"[" * 100_000,
        b"[]",
        b"\xff\xfe",
        None,
    ],
    ids=["pid", "surrogate", "deep", "list", "bytes", "folder"],
)
def test_the_inbox_may_hold_anything(make: Make, content: bytes | None) -> None:
    shop = make("D-1 One", settings=FAST)
    at = shop.path / ".git" / "factory" / "inbox" / "x.json"
    (at if content is None else at.parent).mkdir(parents=True)
    if content is not None:
        at.write_bytes(content)
    done = shop.run("run")
    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"[1]", b'{"ref": "refs/heads/main"}'])
def test_a_note_that_no_controller_wrote_is_one_line(make: Make, content: bytes) -> None:
    shop = make("D-1 One", settings=FAST)
    note = shop.path / ".git" / "factory" / "follow.json"
    note.parent.mkdir(parents=True)
    note.write_bytes(content)
    said = shop.run("run")
    assert said.code == 4
    assert "follow.json: not what a controller wrote; look at the checkout" in said.err
    note.unlink()
    assert shop.run("run").code == 0


@pytest.mark.parametrize("content", [b'{"state": ', b"[1]", b'{"state": 7, "date": "yesterday", "dealt": 1}'])
@pytest.mark.parametrize("path", ["factory.json", "tickets/", "budget/", "boxes/"])
def test_a_ledger_that_somebody_wrote_in_is_one_line_that_names_the_file(make: Make, path: str, content: bytes) -> None:
    shop = make("D-1 One", "D-2 Two | D-1", settings=FAST)
    shop.run("run", "--once")
    good = shop.git("rev-parse", "factory/ledger").strip()
    with Repo(shop.path) as repo:
        name = next(n for n in repo.store.flat(repo.store.tree_of("refs/heads/factory/ledger")) if n.startswith(path))
        put(repo, {name: content}, ref="refs/heads/factory/ledger")
    said = shop.run("run")
    assert said.code == 4
    assert f"factory/ledger:{name}: not what the factory wrote" in said.err
    shop.git("branch", "-q", "-f", "factory/ledger", good)
    assert shop.run("run").code == 0
    safe(shop)


@pytest.mark.parametrize(
    "who", ["P <p@x>", "P <p@x> 12345", "P <p@x> abc +0000", "", "P <p@x> -5 +0000", "P \xff <p> 5 +9"]
)
def test_a_commit_of_an_old_import_without_a_date_stops_nothing(make: Make, tmp_path: Path, who: str) -> None:
    shop = make("D-1 One", settings=FAST)
    head = f"tree {shop.git('rev-parse', 'main^{tree}').strip()}\nparent {shop.main()}\n"
    odd = tmp_path / "odd"
    odd.write_bytes(f"{head}author {who}\ncommitter {who}\n\nodd\n".encode("latin-1"))
    shop.git(
        "update-ref", "refs/heads/main", shop.git("hash-object", "-t", "commit", "-w", "--literally", str(odd)).strip()
    )
    for command in ("status", "run", "verify", "report"):
        assert shop.run(command).code == 0, command
    assert shop.subjects()[0].startswith("stamp(D-1)")


@pytest.mark.parametrize(
    "said", ['{"cost_usd": 1e300}', '{"cost_usd": NaN}', '{"cost_usd": -5}', '{"calls": "many"}', "paid"]
)
def test_a_report_that_cannot_be_read_is_booked_at_its_worst(make: Make, said: str) -> None:
    worker = f"""printf '%s' '{said}' > "$FACTORY_REPORT"\n""" + RIGHT
    shop = make("D-1 One", worker=worker, settings=FAST + "\n[budget]\ncycle_usd = 0.75\n")
    assert shop.run("run").code == 0
    assert shop.run("status", "--json").json["budget"]["usd"] == 0.75
    safe(shop)
