"""The one list of commands: the command line and the inbox are made of it, and each answer is a value."""

from __future__ import annotations

import inspect
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from factory import cli
from factory.desk import judging, looking, writing
from factory.desk.commands import COMMANDS, Command, command
from factory.desk.submit import submit
from factory.errors import CouldNotRun, Exit, Mistake
from factory.git import lock
from factory.line import inbox
from factory.line.answer import Answer
from factory.line.steering import STEERING, Cancel, Replan, Stop
from tests.desk.conftest import Mixed
from tests.line.conftest import Shop
from tests.line.night import FAST, SLOW, running

CLI: Any = cli.commands()


def typed(name: str) -> Any:
    """The command line's command of that name."""
    found = CLI
    for word in name.split():
        found = found.commands[word]
    return found


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name)
def test_each_command_is_typed_with_its_own_arguments_and_help(kind: type[Command]) -> None:
    found = typed(kind.name)
    extra = {"repo", *(("as_json",) if kind.document else ()), *(("watch", "times") if kind.name == "status" else ())}
    assert {one.name for one in found.params} == {field.name for field in fields(kind)} | extra
    assert found.help == inspect.getdoc(kind)


def test_each_name_is_given_once_and_each_command_is_carried_out_somewhere() -> None:
    assert len({kind.name for kind in COMMANDS}) == len(COMMANDS)
    does = [*judging.DOES, *looking.DOES, *writing.DOES, *STEERING]
    assert sorted(map(repr, does)) == sorted(map(repr, COMMANDS))
    assert {kind for kind in COMMANDS if kind.effect == "steer"} == set(STEERING)
    assert {kind.name for kind in STEERING if not kind.main} == {"stop", "resume"}


@pytest.mark.parametrize("kind", COMMANDS, ids=lambda kind: kind.name)
def test_each_command_has_a_schema_that_says_what_each_argument_is(kind: type[Command]) -> None:
    schema = kind.schema()
    assert schema["additionalProperties"] is False
    assert (schema["title"], schema["description"]) == (kind.name, kind.__doc__)
    assert all(one["description"] for one in schema.get("properties", {}).values())


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("cancle", {}, "there is no command 'cancle'; use one of "),
        ("cancel", {}, "cancel: item: field required; see `factory help cancel`"),
        ("cancel", {"item": "D-1", "now": True}, "cancel: now: unexpected keyword argument"),
        ("stop", {"now": "perhaps"}, "stop: now: input should be a valid boolean"),
    ],
)
def test_what_is_no_command_is_refused_with_what_is_wrong(name: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises(Mistake) as refused:
        command(name, **arguments)
    assert str(refused.value).startswith(said)


def test_a_command_goes_through_the_inbox_and_comes_back_the_same(tmp_path: Path) -> None:
    given = [Stop(now=True), Cancel("D-1"), Replan("L1_SCAN_000001")]
    for one in given:
        inbox.hand_over(tmp_path, one)
    assert [asked.command for asked in inbox.read(tmp_path)] == given


def test_a_command_that_a_controller_throws_away_is_not_waited_for(tmp_path: Path) -> None:
    with lock.hold(tmp_path):
        asked = inbox.hand_over(tmp_path, Stop())
        asked.unlink()
        with pytest.raises(CouldNotRun, match="of another version"):
            inbox.wait_for(tmp_path, asked)


def test_what_is_asked_and_cannot_be_is_a_problem_with_its_remedy(mixed: Mixed) -> None:
    answer = submit(mixed().path, Cancel("D-9"))
    assert (answer.ok, answer.exit, answer.text) == (False, Exit.MISTAKE, "")
    assert answer.problem
    assert answer.problem.model_dump() == {
        "what": "there is no ticket D-9",
        "where": "D_ROADMAP.md",
        "remedy": "`factory status` lists them",
    }


def test_a_running_controller_gives_the_same_answer(make: Any, tmp_path: Path) -> None:
    go, heard = tmp_path / "go", list[str]()
    shop: Shop = make("D-1 One", worker=SLOW.replace("@GO@", str(go)), settings=FAST)
    with running(shop, go) as run:
        answer = submit(shop.path, Replan("D-1"), tell=lambda now: heard.append(now.text))
        assert answer.problem
        assert answer.problem.what == "D-1 is INFLIGHT, and only a waiting ticket is planned anew"
        assert answer.problem.remedy == "wait for its end, or `factory cancel D-1` ends it"
        assert heard == [f"the running controller (pid {run.child.pid}) carries it out"]
        assert submit(shop.path, Stop()) == Answer(text="stopping after the running tickets")
        run.let_go()
        run.ends()


def test_an_answer_has_the_data_of_the_document(mixed: Mixed) -> None:
    shop = mixed()
    assert submit(shop.path, command("status")).data == shop.run("status", "--json").json
    assert submit(shop.path, command("dry"), environ={}).ok
