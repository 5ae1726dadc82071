"""`factory ping`: receivers tried out, a synthetic stamp, and a question whose answer is known."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from factory.line import roster
from factory.operator import synthetic
from tests.line.conftest import SETTINGS, Shop
from tests.line.test_workers_command import with_worker
from tests.notices.conftest import Ear, settings
from tests.servers import Refusal, Reply, gemini, openai, serve

Make = Callable[..., Shop]


def test_each_receiver_is_tried_and_told_of(make: Make, ear: Ear) -> None:
    two = settings(ear.url, '["storm"]') + 'desk = {url = "command:false"}\n'
    shop = make("D-1 A ticket", settings=two)
    before = shop.git("for-each-ref")
    done = shop.run("ping", "--notify")
    assert done.code == 4
    assert [line.split(None, 2) for line in done.out.splitlines()] == [
        ["phone", "command", "it went out"],
        ["desk", "command", "its program ended with exit code 1"],
    ]
    [told] = ear.heard()
    assert told.title == "shop: a test message"
    assert shop.git("for-each-ref") == before
    found = shop.run("ping", "--notify", "--json").json["receivers"]
    assert [(one["name"], one["ok"]) for one in found] == [("phone", True), ("desk", False)]


def test_all_that_work_are_exit_code_0(make: Make, ear: Ear) -> None:
    assert make("D-1 A ticket", settings=settings(ear.url)).run("ping", "--notify").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--notify",), "ssot/factory.toml: no receiver is set up; add one to [notify]; `factory help notices`"),
        ((), "say what is to be tried; `factory ping --notify`, or `--synthetic`, or both"),
    ],
)
def test_what_cannot_be_tried_is_one_line(make: Make, words: tuple[str, ...], said: str) -> None:
    done = make("D-1 A ticket").run("ping", *words)
    assert (done.code, done.out, done.err) == (2, "", f"factory: {said}\n")


def test_a_stamp_is_made_in_a_scratch_repository_and_nothing_of_it_stays(make: Make) -> None:
    shop = make("D-1 A ticket")
    before = sorted(path for path in shop.path.rglob("*") if ".git" not in path.parts), shop.git("for-each-ref")
    done = shop.run("ping", "--synthetic", "--json")
    assert done.code == 0
    assert done.json["synthetic"]["stamped"] is True
    assert done.json["synthetic"]["workers"] == []
    assert before == (
        sorted(path for path in shop.path.rglob("*") if ".git" not in path.parts),
        shop.git("for-each-ref"),
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stamp is another test's."""
    monkeypatch.setattr(synthetic, "stamped", lambda _: ("", 1.0))


def test_a_factory_that_cannot_stamp_says_why(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = synthetic.FILES["ssot/patches/D-001/1.patch"].replace("a + b", "a * b")
    monkeypatch.setitem(synthetic.FILES, "ssot/patches/D-001/1.patch", wrong)
    done = make("D-1 A ticket").run("ping", "--synthetic")
    assert done.code == 4
    assert done.out.startswith("no stamp: ")
    assert len(done.out.splitlines()) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        (Reply(text="42"), 0, "paid (gemini-2.5-flash) answers, $0.0"),
        (Reply(text="The sum is 42."), 0, "paid (gemini-2.5-flash) answers, $0.0"),
        (Reply(text="It is 421."), 4, "paid (gemini-2.5-flash) answers, and not what is right, $0.0"),
        (Refusal(429), 4, "paid (gemini-2.5-flash) refused (429), $0.0"),
    ],
)
def test_a_model_is_asked_what_is_known(
    make: Make, monkeypatch: pytest.MonkeyPatch, answer: Reply | Refusal, code: int, said: str
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "the-key-of-the-test")
    with serve(gemini.WIRE, [answer]) as server:
        done = make("D-1 A ticket", settings=with_worker(server.url)).run("ping", "--synthetic")
    assert done.code == code
    assert done.out.startswith(f"stamped and verified in 1.0 s; {said}")
    assert len(done.out.splitlines()) == 1


@pytest.mark.usefixtures("quick")
def test_a_question_that_could_cost_too_much_is_not_asked(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "the-key-of-the-test")
    monkeypatch.setattr(roster, "find", lambda *_: None)
    with serve(openai.WIRE, [Reply(text="42")]) as server:
        more = "price_in = 1.0\nprice_out = 400.0\n"
        done = make("D-1 A", settings=with_worker(server.url, "codex", "m", more)).run("ping", "--synthetic")
    assert (done.code, server.books.calls) == (0, 0)
    assert "paid (m) not asked: it could cost more than $0.05" in done.out


@pytest.mark.usefixtures("quick")
def test_a_worker_without_its_key_does_not_work(make: Make) -> None:
    lacking = SETTINGS + '\n[workers.other]\nkind = "gemini"\nmodel = "gemini-2.5-flash"\n'
    done = make("D-1 A ticket", settings=lacking).run("ping", "--synthetic")
    assert done.code == 4
    assert "other (gemini-2.5-flash) no key for" in done.out
