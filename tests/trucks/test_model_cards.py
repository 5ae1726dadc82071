"""TAG and STRIKE by a model: schema answers, many small inputs in one call, one repair, honest books."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.cards.backlog import json_line
from factory.cards.card import Accept, Input, Prio, WorkItem
from factory.cards.rule import CardRule
from factory.cards.shapes import misfit
from factory.model import Ended
from factory.proposals.asking import batches
from factory.workers import Work, gemini
from tests.servers import Books, Reply, serve
from tests.servers import gemini as stand_in
from tests.servers.script import Answer
from tests.trucks.conftest import DAY, SETTINGS, MakeDay, cards, records
from tests.workers.making import Purse, make_settings, make_task

FILES = {"a.py": "print(1)\nx = 2\n", "b.py": "pass\n", "c.py": "print(3)\n"}
RULE = CardRule(name="prints", where={"kind": "python"}, report="a call of print")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key")


def index(path: str) -> dict[str, Any]:
    content = FILES[path].encode()
    record = {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "kind": "python"}
    return record | {"encoding": "ascii", "lines": 1, "blank": 0, "longest": 9, "definitions": []}


def card(kind: str, *, reads: str, paths: tuple[str, ...] = ()) -> WorkItem:
    return WorkItem(
        id=f"L2_{kind}_000001", lane=2, prio=Prio.B, type=kind, output=f"out/{kind}.jsonl", accept=Accept(count=1),
        input=Input(reads=(reads,), paths=paths, rules=(RULE,), worker="gemini"),
    )  # fmt: skip


def run(tmp_path: Path, given: WorkItem, inputs: list[dict[str, Any]], *answers: Answer) -> tuple[Work, Books, Purse]:
    purse = Purse()
    files = {**FILES, given.input.reads[0]: b"".join(map(json_line, inputs))}
    with serve(stand_in.WIRE, list(answers)) as server:
        task = make_task(tmp_path, make_settings(base_url=server.url), purse=purse, files=files)
        work = gemini.work_card(task, given)
    assert purse.open == set()
    return work, server.books, purse


def tagged(*found: tuple[str, int, str]) -> Reply:
    entries = [{"rule": "prints", "path": path, "line": line, "text": text} for path, line, text in found]
    return Reply(json.dumps({"tags": entries}))


def output(tmp_path: Path, kind: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (tmp_path / f"room/out/{kind}.jsonl").read_text().splitlines()]


TAG = card("TAG", reads="out/scan.jsonl")
RIGHT = tagged(("a.py", 1, "print(1)"), ("c.py", 1, "print(3)"))


def test_many_small_files_are_one_call_and_its_answer_is_tags_with_their_places(tmp_path: Path) -> None:
    work, books, purse = run(tmp_path, TAG, [index(path) for path in FILES], RIGHT)
    assert work.ended is Ended.DONE
    assert purse.total("calls") == books.calls == work.report.calls == 1
    found = output(tmp_path, "TAG")
    assert [misfit(record, "tag") for record in found] == ["", ""]
    assert [(r["path"], r["line"], r["start"], r["end"]) for r in found] == [("a.py", 1, 0, 8), ("c.py", 1, 0, 8)]
    asked = books.served[0].ask
    assert all(part in asked.text for part in ("a.py", "b.py", "c.py", "- prints: a call of print"))
    assert asked.body["generationConfig"]["responseJsonSchema"]["required"] == ["tags"]


def test_a_place_that_is_not_there_goes_back_once_with_the_reason(tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, TAG, [index("a.py")], tagged(("a.py", 2, "print(1)")), tagged(("a.py", 1, "print")))
    assert work.ended is Ended.DONE
    assert "a.py:2 does not hold 'print(1)'" in books.served[1].ask.text
    assert output(tmp_path, "TAG")[0]["end"] == 5


@pytest.mark.parametrize(
    "wrong", [tagged(("z.py", 1, "x")), tagged(("a.py", 9, "x")), Reply("{}"), Reply("no"), Reply('{"tags": [1]}')]
)
def test_an_answer_that_is_wrong_twice_fails_and_writes_nothing(wrong: Reply, tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, TAG, [index("a.py")], wrong, wrong)
    assert work.ended is Ended.FAILED
    assert books.calls == 2
    assert not (tmp_path / "room/out/TAG.jsonl").exists()


def test_a_file_that_changed_since_its_scan_fails_the_attempt_before_a_call(tmp_path: Path) -> None:
    work, books, _ = run(tmp_path, TAG, [{**index("a.py"), "sha256": "0" * 64}], RIGHT)
    assert work.ended is Ended.FAILED
    assert b"changed since it was indexed" in work.stderr
    assert books.calls == 0


def tag(path: str, text: str) -> dict[str, Any]:
    same = {key: index(path)[key] for key in ("path", "sha256", "encoding")}
    return {"rule": "prints", **same, "line": 1, "start": 0, "end": len(text), "text": text}


def struck(*entries: dict[str, Any]) -> Reply:
    return Reply(json.dumps({"strikes": list(entries)}))


STRIKE = card("STRIKE", reads="out/list.jsonl", paths=("a.py", "c.py"))
LIST = [tag("a.py", "print(1)"), tag("c.py", "print(3)")]


def test_every_tag_is_struck_once_by_a_replacement_or_a_report(tmp_path: Path) -> None:
    answer = struck({"number": 2, "report": "say it\nin the log"}, {"number": 1, "after": "log(1)"})
    work, books, _ = run(tmp_path, STRIKE, LIST, answer)
    assert work.ended is Ended.DONE
    assert books.calls == 1
    found = output(tmp_path, "STRIKE")
    assert [misfit(record, "strike") for record in found] == ["", ""]
    assert [(r["path"], r["action"], r.get("after"), r.get("report")) for r in found] == [
        ("a.py", "replace", "log(1)", None), ("c.py", "report", None, "say it in the log"),
    ]  # fmt: skip
    assert (tmp_path / "room/a.py").read_text() == "log(1)\nx = 2\n"
    assert (tmp_path / "room/c.py").read_text() == FILES["c.py"]


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        (({"number": 1, "after": "x"},), "tag 2 has no entry"),
        (({"number": 3, "after": "x"},), "entry 3 is none of the tags"),
        (({"number": 1, "after": "x"}, {"number": 2, "report": " "}), "has neither after nor report"),
    ],
)
def test_an_answer_that_leaves_a_tag_out_goes_back(
    entries: tuple[dict[str, Any], ...], why: str, tmp_path: Path
) -> None:
    good = struck({"number": 1, "report": "r"}, {"number": 2, "report": "r"})
    work, books, _ = run(tmp_path, STRIKE, LIST, struck(*entries), good)
    assert work.ended is Ended.DONE
    assert why in books.served[1].ask.text


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60))
def test_batches_lose_nothing_and_none_is_larger_than_a_call_unless_it_is_one_thing(
    sizes: list[int], most: int
) -> None:
    things = list(range(len(sizes)))
    found = list(batches(things, sizes, most))
    assert [thing for batch in found for thing in batch] == things
    for batch in found:
        assert batch
        assert len(batch) == 1 or sum(sizes[thing] for thing in batch) <= most


PLAN = """\
goal: Let a model tag
sources: {code: "src/*.py"}
lanes: {1: {name: scan, prio: A}, 2: {name: tag, worker: reader}}
rules:
  prints: {where: {kind: python}, report: a call of print}
cards:
  scan: {type: SCAN, lane: 1, source: code, per: all, accept: {schema: index, count: inputs}}
  tag: {type: TAG, lane: 2, after: scan, rules: prints, accept: {schema: tag}}
"""


def test_a_model_tags_on_the_line_and_its_cost_is_in_the_day_s_book(make_day: MakeDay) -> None:
    with serve(stand_in.WIRE, [tagged(("src/a.py", 1, "print(1)"))]) as server:
        worker = f'\n[workers.reader]\nkind = "gemini"\nmodel = "gemini-2.5-flash"\nbase_url = "{server.url}"\n'
        files = {"src/a.py": "print(1)\n", "src/b.py": "pass\n"}
        shop = make_day(PLAN, files=files, settings=SETTINGS + worker)
        done = shop.run("run")
    assert (done.code, done.err) == (0, "")
    assert cards(shop)["L2_TAG_000001"]["state"] == "DONE"
    assert [tag["path"] for tag in records(shop, f"output/{DAY}/L2_TAG_000001.jsonl")] == ["src/a.py"]
    assert shop.run("status", "--json").json["budget"]["calls"] == server.books.calls == 1
    assert shop.run("verify").code == 0
