"""A command that comes between a ticket's deal and its worker's start: what is answered is what happens."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from factory.errors import CouldNotRun, FactoryError, Mistake
from factory.git import checkout
from factory.git.ledger import ticket_path
from factory.line import beforehand, inbox, operator, shift, way
from factory.line.house import House
from factory.line.opening import open_house
from factory.line.steering import STEERING, Cancel, Command, Replan, Retry, parse
from factory.model import Progress, State
from factory.records import landing
from factory.records.record import Record
from tests.line.conftest import RIGHT, Shop
from tests.line.night import FAST, safe

Make = Callable[..., Shop]
MARKED = 'echo began >> "@BEGAN@"\n' + RIGHT


def named(command: str) -> Command:
    """The command of that name, about D-1 where it is about a ticket."""
    name, _, now = command.partition("-")
    return parse(STEERING, name, {"stop": {"now": bool(now)}}.get(name, {"item": "D-1"}))


def run(shop: Shop) -> shift.ShiftEnd:
    with open_house(shop.path, dict(os.environ), say=lambda *_: None, working=True) as house:
        return shift.run(house)


def record(shop: Shop, ticket: str = "D-1") -> dict[str, Any]:
    found = json.loads(shop.read(ticket_path(ticket), "factory/ledger"))
    assert isinstance(found, dict)
    return found


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def events(shop: Shop) -> str:
    return " ".join(reversed(shop.subjects("factory/ledger")))


def ask(house: House, command: Command, *, wait: bool = True) -> None:
    """As a second terminal does; it waits for its answer."""
    asked = inbox.hand_over(house.private, command)
    if wait:
        inbox.wait_for(house.private, asked)


@pytest.fixture
def once_asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[House], Any]], None]:
    """once_asked(act): `act` happens once, when a ticket's checks on main were waited for and it is not begun."""

    def patch(act: Callable[[House], Any]) -> None:
        ahead_of, waiting = beforehand.ahead_of, [act]

        def asked(house: House, *rest: Any) -> Any:
            seen = ahead_of(house, *rest)
            if waiting:
                waiting.pop()(house)
            return seen

        monkeypatch.setattr(beforehand, "ahead_of", asked)

    return patch


@pytest.mark.parametrize("command", ["cancel", "stop", "stop-now"])
def test_what_is_cancelled_or_stopped_before_its_start_is_not_begun(
    make: Make, once_asked: Callable[..., None], tmp_path: Path, command: str
) -> None:
    began = tmp_path / "began"
    shop = make("D-1 One", worker=MARKED.replace("@BEGAN@", str(began)), settings=FAST)
    once_asked(lambda house: ask(house, named(command)))
    assert run(shop).exit == (1 if command == "cancel" else 3)
    assert not began.exists()
    assert "start(" not in events(shop)
    assert "reserve(" not in events(shop)
    if command == "cancel":
        assert (record(shop)["state"], record(shop)["attempt"], record(shop)["why"]) == (
            "BLOCKED", 0, "cancelled by the operator",
        )  # fmt: skip
        assert shop.run("retry", "D-1").code == 0
    safe(shop)
    assert shop.run("run").code == 0
    assert record(shop)["attempt"] == 1


def test_what_is_cancelled_and_released_again_before_its_start_is_worked_on(
    make: Make, once_asked: Callable[..., None]
) -> None:
    shop = make("D-1 One", settings=FAST)
    once_asked(lambda house: (ask(house, Cancel("D-1")), ask(house, Retry("D-1"))))
    assert run(shop).stamped == 1
    assert record(shop)["attempt"] == 1
    safe(shop)


def test_a_row_that_a_person_takes_off_the_line_before_its_start_is_not_begun(
    make: Make, once_asked: Callable[..., None]
) -> None:
    shop = make("D-1 One", settings=FAST)
    planned = {"D_ROADMAP.md": shop.read("D_ROADMAP.md").replace("IN_PROGRESS", "PLANNED")}
    once_asked(lambda _: shop.commit(planned))
    run(shop)
    assert "start(" not in events(shop)
    safe(shop)


def test_a_ticket_that_is_cancelled_before_it_shows_as_hopeless_stays_cancelled(
    make: Make, once_asked: Callable[..., None]
) -> None:
    shop = make("D-1 One", settings=FAST, files={"D-1.txt": "right\n"})  # its check is green on main already
    once_asked(lambda house: ask(house, Cancel("D-1")))
    run(shop)
    assert "hopeless" not in events(shop)
    assert record(shop)["why"] == "cancelled by the operator"
    safe(shop)


def test_a_plan_that_is_made_anew_before_its_start_is_told_nothing(make: Make, once_asked: Callable[..., None]) -> None:
    worker = 'grep -q \'"triage"\' "$FACTORY_PLAN" && exit 9; [ -e ok ] && echo right > D-1.txt || echo no > D-1.txt\n'
    shop = make("D-1 One", worker=worker, settings=FAST)
    assert shop.run("run", "--once").code == 3
    shop.commit({"ok": "ok\n"})
    once_asked(lambda house: ask(house, Replan("D-1")))
    ended = run(shop)
    assert (ended.stamped, ended.failed) == (1, 0)
    assert (record(shop)["attempt"], record(shop)["attempts"]) == (2, 1)
    safe(shop)


@pytest.mark.parametrize("command", ["cancel", "replan"])
def test_a_start_that_is_booked_while_a_command_looks_is_not_overwritten(
    make: Make, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The command has seen the ticket PENDING; its attempt begins before the command writes."""
    shop = make("D-1 One", settings=FAST)
    view, said = operator._standing_of, list[str]()

    def stood(house: House, row: Any) -> Any:
        found = view(house, row)
        return found._replace(state=State.PENDING) if found else None

    def act(house: House) -> None:
        try:
            said.append(operator.obey(house, named(command)))
        except Mistake as error:
            said.append(str(error))

    def say(now: Progress) -> None:
        if now.kind == "works" and not said:
            act(house)

    monkeypatch.setattr(operator, "_standing_of", stood)
    with open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        shift.run(house)
    if command == "cancel":
        assert said == ["D-1 is ended and off the line; `factory retry D-1` puts it back"]
        assert (record(shop)["state"], record(shop)["attempt"]) == ("BLOCKED", 0)
    else:
        assert said[0].startswith("D-1 is INFLIGHT, and only a waiting ticket is planned anew")
        assert (record(shop)["state"], record(shop)["attempts"]) == ("DONE", 1)
    safe(shop)


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """beside(name, act): `act` happens once, where the record's next state is made by `name`."""

    def patch(name: str, act: Callable[[], Any]) -> None:
        made, waiting = getattr(Record, name), [act]

        def make_it(*args: Any) -> Any:
            if waiting:
                waiting.pop()()
            return made(*args)

        monkeypatch.setattr(Record, name, make_it)

    return patch


def test_one_thread_alone_moves_main(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stamps, rows that are blocked, and what an operator asks for: by whomever they are wanted."""
    shop = make("D-1 One", "D-2 Two", "D-3 Three", worker='[ "$FACTORY_TICKET" != D-2 ]\n' + RIGHT, settings=FAST)
    advance, threads = landing.advance, set[str]()

    def advanced(*args: Any) -> str:
        threads.add(threading.current_thread().name.partition("_")[0])
        return advance(*args)

    monkeypatch.setattr(landing, "advance", advanced)

    def say(now: Progress) -> None:
        if "attempt 1" in now.text and not asked:
            asked.append(now.text)
            ask(house, Cancel("D-3"), wait=False)

    asked = list[str]()
    with open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        shift.run(house)
    assert threads == {"lander"}
    assert record(shop, "D-3")["state"] == "BLOCKED"


def test_a_cancel_while_its_ticket_is_set_aside_is_kept(
    make: Make, beside: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make("D-1 One", settings=FAST)

    def cannot(*_: object) -> None:
        raise CouldNotRun("it could not be looked at")

    monkeypatch.setattr(beforehand, "ahead_of", cannot)
    with open_house(shop.path, dict(os.environ), say=lambda *_: None, working=True) as house:
        beside("set_aside", lambda: ask(house, Cancel("D-1"), wait=False))
        with suppress(FactoryError):
            shift.run(house)
        until(lambda: record(shop)["why"] == "cancelled by the operator")
    assert record(shop)["state"] == "BLOCKED"


def test_a_release_while_the_cancelled_attempt_is_written_down_is_kept(make: Make, beside: Callable[..., None]) -> None:
    """Two failures; the third attempt is cancelled, and the ticket released just then: three more are left."""
    shop = make("D-1 One", worker='[ "$FACTORY_ATTEMPT" -le 4 ] && exit 1\n' + RIGHT, settings=FAST)
    waiting = [1]

    def say(now: Progress) -> None:
        if "attempt 3" in now.text and waiting:
            waiting.pop()
            ask(house, Cancel("D-1"), wait=False)

    with open_house(shop.path, dict(os.environ), say=say, working=True) as house:
        beside("killed", lambda: ask(house, Retry("D-1"), wait=False))
        assert shift.run(house).stamped == 1
    assert record(shop)["attempts"] == 3
    safe(shop)


def test_nobody_looks_at_a_checkout_while_main_moves(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """To another thread a checkout that half follows is a person's uncommitted work."""
    shop = make("D-1 One", "D-2 Two", "D-3 Three", settings=FAST)
    (shop.path / "D-1.txt").write_text("a person's own\n")
    advance, could_follow = landing.advance, checkout.could_follow
    moving, looked = threading.Event(), list[bool]()

    def advanced(*args: Any) -> str:
        moving.set()
        try:
            time.sleep(0.5)
            return advance(*args)
        finally:
            moving.clear()

    def looks(*args: Any, **more: Any) -> None:
        looked.append(moving.is_set())
        could_follow(*args, **more)

    monkeypatch.setattr(landing, "advance", advanced)
    monkeypatch.setattr(checkout, "could_follow", looks)
    monkeypatch.setattr(way, "LOOK", 0.0)  # as often as it can
    assert shop.run("run").code == 3
    assert looked
    assert not any(looked)
