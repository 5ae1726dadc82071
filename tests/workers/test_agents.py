"""Command-line agents: their lines as values, and how an attempt of theirs ends, with a stand-in agent that is real."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factory.egress.meter import Usage
from factory.egress.prices import Price, cost
from factory.egress.toll import Ask
from factory.errors import CouldNotRun, Mistake, Stopped
from factory.model import Ended
from factory.money.spend import Spend
from factory.money.wallet import AttemptTooDear
from factory.proposals.prompt import ARGUMENT, agent_prompt
from factory.sandbox.process import Finished
from factory.workers import Task, Work, acp, aider, claude, codex, gemini_cli, mini_swe_agent, opencode, qwen
from factory.workers.agent import how_it_ended, make_given
from factory.workers.cli import NO_KEY, Cli, Given
from factory.workers.installed import find, roots
from factory.workers.wallet_toll import WalletToll
from tests.servers import Books, Drop, Refusal, Reply, Tokens, gemini, openai, serve
from tests.servers.http import Wire
from tests.servers.script import Answer
from tests.workers.launching import plain_launch
from tests.workers.making import Purse, make_plan, make_settings, make_task

CLIS = [m.CLI for m in (aider, claude, codex, gemini_cli, mini_swe_agent, opencode, qwen)]
every_cli = pytest.mark.parametrize("cli", CLIS, ids=[cli.name for cli in CLIS])
GIVEN = Given("Fix it; now", "the-model", port=4321, files=("calc.py",))
PRICE = Price(input=1.0, output=4.0)


def finished(stdout: object = "", code: int = 0) -> Finished:
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    return Finished(code, 1.0, False, text.encode(), b"", False)


# --- lines as values -------------------------------------------------------------------------------------


@every_cli
def test_the_prompt_is_one_word_of_the_line_and_the_model_is_named(cli: Cli) -> None:
    words = cli.argv(GIVEN)
    assert "Fix it; now" in words
    assert "the-model" in json.dumps([str(word) for word in (*words, *cli.env(GIVEN).values())])


@every_cli
def test_an_agent_is_sent_to_loopback_with_a_key_that_is_none(cli: Cli) -> None:
    all_of_it = json.dumps([*map(str, cli.argv(GIVEN)), *map(str, cli.env(GIVEN).values()), *cli.home(GIVEN).values()])
    assert "http://127.0.0.1:4321" in all_of_it
    assert NO_KEY in all_of_it


@every_cli
def test_what_an_agent_finds_in_its_home_is_below_it(cli: Cli) -> None:
    assert all(not name.startswith("/") and ".." not in name for name in cli.home(GIVEN))


@every_cli
def test_rubbish_on_stdout_is_no_error_and_no_crash(cli: Cli, tmp_path: Path) -> None:
    for text in ("", "rubbish", "[]", "{}", "[1]", "null", '{"is_error": null, "error": 3}', "[" * 100_000):
        assert cli.error(finished(text), tmp_path) == ""
        assert isinstance(cli.summary(finished(text)), str)


@pytest.mark.parametrize(
    ("cli", "said", "error"),
    [
        (claude.CLI, {"subtype": "success", "is_error": True, "result": "API Error: 529"}, "API Error: 529"),
        (claude.CLI, {"subtype": "error_max_turns", "is_error": True}, "error_max_turns"),
        (codex.CLI, {"type": "turn.failed", "error": {"message": "stream cut"}}, "stream cut"),
        (gemini_cli.CLI, {"error": {"message": "quota"}}, "quota"),
        (qwen.CLI, [{"type": "system"}, {"is_error": True, "error": {"message": "401"}}], "401"),
        (opencode.CLI, {"type": "error", "error": {"name": "APIError", "data": {"message": "no"}}}, "no"),
    ],
)
def test_an_error_is_read_where_the_agent_says_it(cli: Cli, said: Any, error: str, tmp_path: Path) -> None:
    assert cli.error(finished(said), tmp_path) == error


@pytest.mark.parametrize(
    ("cli", "said"),
    [
        (claude.CLI, {"result": "I did."}),
        (codex.CLI, {"type": "item.completed", "item": {"type": "agent_message", "text": "I did."}}),
        (gemini_cli.CLI, {"response": "I did."}),
        (qwen.CLI, [{"type": "system"}, {"result": "I did."}]),
        (opencode.CLI, {"type": "text", "part": {"text": "I did."}}),
    ],
)
def test_the_summary_is_the_agents_last_words(cli: Cli, said: Any) -> None:
    assert cli.summary(finished(said)) == "I did."


def test_mini_swe_agent_tells_in_its_trajectory_that_it_ran_out_of_steps(tmp_path: Path) -> None:
    (tmp_path / "traj.json").write_text(json.dumps({"info": {"exit_status": "LimitsExceeded"}}))
    assert mini_swe_agent.CLI.error(finished(), tmp_path) == "LimitsExceeded"
    (tmp_path / "traj.json").unlink()
    (tmp_path / "traj.json").symlink_to("/etc/passwd")
    assert mini_swe_agent.CLI.error(finished(), tmp_path) == ""


def test_aider_is_given_the_files_of_the_scope() -> None:
    assert aider.CLI.argv(GIVEN)[-1] == "calc.py"


def test_tools_that_a_provider_runs_are_off_where_an_agent_has_them() -> None:
    assert 'web_search="disabled"' in codex.CLI.argv(GIVEN)
    assert "google_web_search" in gemini_cli.CLI.home(GIVEN)[".gemini/settings.json"]


@every_cli
def test_the_kickoff_paragraph_is_in_an_agents_prompt(cli: Cli, tmp_path: Path) -> None:
    task = replace(make_task(tmp_path, make_settings()), about=lambda: "7 files, 90 lines (Python 100%).")
    words = " ".join(map(str, cli.argv(make_given(task, "m"))))
    assert "# This repository\n7 files, 90 lines (Python 100%)." in words


def test_a_prompt_fits_a_command_line_and_holds_no_zero_byte() -> None:
    text = agent_prompt(make_plan(description="ä\0" * 200_000), "rules")
    assert len(text.encode()) < ARGUMENT + 100
    assert "\0" not in text
    assert text.endswith("[the rest was too long, and is left out]\n")


@pytest.mark.parametrize(
    ("done", "said", "later", "ended"),
    [
        (finished(), "", False, Ended.DONE),
        (finished(), "an error", False, Ended.FAILED),
        (finished(code=1), "", False, Ended.FAILED),
        (finished(), "", True, Ended.LATER),
        (finished(code=173), "", True, Ended.LATER),
        (Finished(-9, 1.0, True, b"", b"", False), "", False, Ended.TIMEOUT),
        (Finished(-9, 1.0, True, b"", b"", False), "", True, Ended.LATER),
    ],
)
def test_how_an_agent_ended_is_told_by_the_proxy_first(done: Finished, said: str, later: bool, ended: Ended) -> None:
    assert how_it_ended(done, said, later=later) is ended


# --- where it is installed -------------------------------------------------------------------------------


def test_only_an_agents_own_package_is_shown_to_the_room(tmp_path: Path) -> None:
    script = tmp_path / "npm/lib/node_modules/agent/cli.js"
    script.parent.mkdir(parents=True)
    script.write_text("")
    script.chmod(0o755)
    (tmp_path / ".local/bin").mkdir(parents=True)
    (tmp_path / ".local/bin/agent").symlink_to(script)
    found = find("agent", str(tmp_path / ".local/bin"), "install it")
    assert found.program == script
    assert found.read == (tmp_path / "npm/lib/node_modules",)


def test_a_python_agent_brings_its_environment_and_interpreter(tmp_path: Path) -> None:
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/pyvenv.cfg").write_text(f"home = {tmp_path}/python/bin\nversion = 3\n")
    assert roots(tmp_path / "venv/bin/aider") == (tmp_path / "venv", tmp_path / "python")


def test_an_interpreter_of_a_version_manager_comes_along_and_a_script_that_stands_for_one_does_not(
    tmp_path: Path,
) -> None:
    (tmp_path / "agent").write_text("#!/usr/bin/env mynode\n")
    (tmp_path / "mynode").write_bytes(b"\x7fELF")
    for file in ("agent", "mynode"):
        (tmp_path / file).chmod(0o755)
    found = find("agent", str(tmp_path), "install it")
    assert found.argv == (str(tmp_path / "mynode"), str(tmp_path / "agent"))
    assert tmp_path / "mynode" in found.read
    (tmp_path / "mynode").write_text("#!/bin/sh\n")
    assert find("agent", str(tmp_path), "install it").argv == (str(tmp_path / "agent"),)


def test_a_missing_agent_is_one_line_with_the_remedy() -> None:
    with pytest.raises(CouldNotRun, match="no-such-agent is not installed; npm install"):
        find("no-such-agent", "/nowhere", "npm install it")


# --- attempts, with a stand-in agent ---------------------------------------------------------------------

CODEX = """#!{python}
import json, os, sys, urllib.error, urllib.request
from pathlib import Path
url = next(w for w in sys.argv if "base_url" in w).split('base_url="')[1].split('"')[0]
left = dict(os.environ)
Path(os.environ["HOME"], "seen.json").write_text(json.dumps(left))
for _ in range({calls}):
    body = json.dumps({{"model": sys.argv[sys.argv.index("-m") + 1], "input": "hi", "max_output_tokens": 100, **{asks}}}).encode()
    headers = {{"content-type": "application/json", "authorization": "Bearer " + os.environ["FACTORY_KEY"]}}
    try:
        urllib.request.urlopen(urllib.request.Request(url + "/responses", body, headers), timeout=20).read()
    except (urllib.error.URLError, OSError) as error:
        print(json.dumps({{"type": "turn.failed", "error": {{"message": str(error)}}}}))
        sys.exit(0)
Path("calc.py").write_text("def add(a, b):\\n    return a + b\\n")
print(json.dumps({{"type": "item.completed", "item": {{"type": "agent_message", "text": "It adds."}}}}))
"""
Attempt = Callable[..., tuple[Work, Books, Purse, Task]]


@pytest.fixture
def attempt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    monkeypatch.setenv("PATH", f"{bin_}:{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("OPENAI_API_KEY", "the-real-key")

    def make(
        answers: list[Answer], *, calls: int = 1, purse: Purse | None = None, asks: object = {}, **settings: Any
    ) -> Any:
        (bin_ / "codex").write_text(CODEX.format(python=sys.executable, calls=calls, asks=asks))
        (bin_ / "codex").chmod(0o755)
        purse = purse or Purse()
        with serve(openai.WIRE, answers) as server:
            given = make_settings(
                **{"kind": "codex", "model": "m", "price_in": 1.0, "price_out": 4.0, "base_url": server.url, **settings}
            )
            task = make_task(tmp_path, given, purse=purse, launch=plain_launch(tmp_path / "room"))
            work = codex.work(task)
        assert purse.open == set()
        return work, server.books, purse, task

    return make


def test_an_agents_change_is_made_and_its_calls_are_booked_from_the_proxy(attempt: Attempt) -> None:
    tokens = Tokens(prompt=500, cached=100, out=30, thought=8)
    work, books, purse, task = attempt([Reply(tokens=tokens)] * 2, calls=2)
    assert work.ended is Ended.DONE
    assert (task.room / "calc.py").read_text().endswith("a + b\n")
    assert work.report.summary == "It adds."
    assert purse.total("calls") == work.report.calls == books.calls == 2
    assert purse.total("tokens_in") == work.report.tokens_in == books.sum("prompt") == 1000
    assert purse.total("tokens_out") == work.report.tokens_out == books.sum("out") + books.sum("thought") == 76
    assert work.report.cost_usd == pytest.approx(2 * cost(Usage(1, 500, 100, 38, 8), "openai", "m", PRICE))
    assert [line["tokens_in"] for line in map(json.loads, work.extra["egress.jsonl"].splitlines())] == [500, 500]
    prices = [line["usd"] for line in map(json.loads, work.extra["egress.jsonl"].splitlines())]
    assert sum(prices) == pytest.approx(work.report.cost_usd)


def test_each_call_through_the_proxy_waits_for_its_turn(attempt: Attempt) -> None:
    purse = Purse()
    attempt([Reply()] * 3, calls=3, purse=purse)
    assert purse.paced == 3


def test_a_call_that_is_stopped_while_it_waits_is_not_sent_and_not_paid(attempt: Attempt) -> None:
    purse = Purse(stopped=True)
    with pytest.raises(Stopped, match="stopped before"):
        attempt([Reply()], purse=purse)
    assert (purse.usd, purse.total("calls"), len(purse.settled)) == (0, 0, 1)


def test_no_key_is_in_the_agents_environment_home_or_room(attempt: Attempt) -> None:
    work, books, _, task = attempt([Reply()])
    assert books.served[0].ask.headers["authorization"] == "Bearer the-real-key"
    seen = (task.out / "home/seen.json").read_text()
    assert "the-real-key" not in seen + work.stdout.decode() + work.stderr.decode()
    for path in (*task.out.rglob("*"), *task.room.rglob("*")):
        assert not path.is_file() or b"the-real-key" not in path.read_bytes()


def test_a_rate_limit_is_later_though_the_agent_exits_0(attempt: Attempt) -> None:
    work, _, purse, _ = attempt([Refusal(429, retry=7)])
    assert (work.ended, work.retry_after, work.daily_quota) == (Ended.LATER, 7.0, False)
    assert purse.usd == 0


def test_a_daily_quota_is_told_from_a_short_one(attempt: Attempt) -> None:
    assert attempt([Refusal(429, daily=True)])[0].daily_quota


def test_a_dropped_answer_is_later_and_books_what_was_reserved(attempt: Attempt) -> None:
    work, _, purse, _ = attempt([Drop()])
    assert work.ended is Ended.LATER
    assert purse.settled == purse.reserved


def test_a_refused_key_is_nobodys_attempt(attempt: Attempt) -> None:
    with pytest.raises(CouldNotRun, match="openai refuses the key"):
        attempt([Refusal(401)])


def test_a_call_over_the_budget_is_not_sent_and_stops(attempt: Attempt) -> None:
    with pytest.raises(Stopped, match="do not fit"):
        attempt([Reply()], purse=Purse(cap=0.0000001))


@pytest.mark.parametrize(
    "asks",
    [{"model": "E-8"}, {"max_output_tokens": 2_000_001}, {"service_tier": "priority"}, {"input": {"url": "https://x"}}],
    ids=str,
)
@pytest.mark.parametrize("priced", [{}, {"model": "gpt-5.1-codex", "price_in": None, "price_out": None}], ids=str)
def test_a_bad_request_fails_the_attempt_in_words_and_costs_nothing(
    asks: object, priced: dict[str, Any], attempt: Attempt
) -> None:
    work, books, purse, _ = attempt([Reply()], asks=asks, **priced)
    assert (work.ended, books.calls, purse.reserved) == (Ended.FAILED, 0, {})
    assert b"the egress refused a request: " in work.stderr


def test_a_set_price_is_the_price_of_one_model_alone(attempt: Attempt) -> None:
    work, books, purse, _ = attempt([Reply()], asks={"model": "dear"}, model="cheap", price_in=0.0, price_out=0.0)
    assert (work.ended, books.served, purse.reserved) == (Ended.FAILED, [], {})
    assert b"'dear' is not this worker's model, which is 'cheap'" in work.stderr


def test_counts_that_cannot_be_true_book_what_was_reserved(attempt: Attempt) -> None:
    work, _, purse, _ = attempt([Reply(claims=Tokens(prompt=10, cached=20)), Reply(claims=Tokens(out=10**14))], calls=2)
    assert work.ended is Ended.DONE
    assert purse.settled == purse.reserved
    assert work.report.cost_usd == pytest.approx(purse.usd)


def test_a_model_that_has_answered_is_not_said_to_be_unknown(attempt: Attempt) -> None:
    work, _, _, _ = attempt([Reply(), Refusal(404)], calls=2)
    assert work.ended is Ended.FAILED


def test_a_model_that_is_not_there_ends_the_run_in_words(attempt: Attempt) -> None:
    with pytest.raises(Mistake, match="has no model"):
        attempt([Refusal(404)])


class Narrow(Purse):
    """Of this attempt's own money one call at a time can be paid."""

    def reserve(self, worst: Spend) -> str:
        if self.open:
            raise AttemptTooDear("the attempt would cost more than its cap")
        return super().reserve(worst)


def test_a_call_that_is_too_dear_beside_another_waits_for_it() -> None:
    purse = Narrow()
    toll = WalletToll(purse, codex.CLI.provider, PRICE)
    first = toll.enter(Ask("m", 10, 10))
    with ThreadPoolExecutor() as pool:
        second = pool.submit(toll.enter, Ask("m", 10, 10))
        while not second.running():
            time.sleep(0.001)
        toll.leave(first, Usage(1, 5, tokens_out=5))
        toll.leave(second.result(timeout=20), Usage())
    assert [line["calls"] for line in purse.settled.values()] == [1, 0]


def test_a_call_that_is_too_dear_alone_is_refused_at_once() -> None:
    purse = Narrow()
    purse.reserve(Spend(calls=1))  # of another worker of the attempt
    with pytest.raises(AttemptTooDear):
        WalletToll(purse, codex.CLI.provider, PRICE).enter(Ask("m", 10, 10))


def test_an_agents_helpers_ask_the_workers_model_since_no_other_one_passes() -> None:
    assert claude.CLI.env(GIVEN)["ANTHROPIC_DEFAULT_HAIKU_MODEL"] == "the-model"
    told = json.loads(gemini_cli.CLI.home(GIVEN)[".gemini/settings.json"])["modelConfigs"]["customOverrides"]
    assert {one["modelConfig"]["model"] for one in told} == {"the-model"}
    assert {"model": "base"} in [one["match"] for one in told]


def test_an_unknown_price_refuses_before_the_agent_starts(attempt: Attempt) -> None:
    with pytest.raises(Mistake, match="the price of"):
        attempt([Reply()], model="no-such-model", price_in=None, price_out=None)


def test_an_effort_that_an_agent_does_not_take_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="claude takes no effort"):
        claude.work(make_task(tmp_path, make_settings(kind="claude", effort="low")))


# --- the protocol of agents ------------------------------------------------------------------------------

AGENT = """#!{python}
import json, os, sys, urllib.request
def say(**document):
    print(json.dumps({{"jsonrpc": "2.0", **document}}), flush=True)
def ask(number, method, **params):
    say(id=number, method=method, params=params)
    return json.loads(sys.stdin.readline())
print("not a document", flush=True)
for line in sys.stdin:
    got = json.loads(line)
    match got["method"]:
        case "initialize":
            say(id=got["id"], result={{"protocolVersion": 1}})
        case "session/new":
            say(id=got["id"], result={{"sessionId": "s"}})
        case "session/prompt":
            url = os.environ["GOOGLE_GEMINI_BASE_URL"] + "/v1beta/models/m:generateContent"
            request = urllib.request.Request(url, b"{{}}", {{"content-type": "application/json"}})
            urllib.request.urlopen(request, timeout=20).read()
            kinds = [{{"kind": k, "optionId": k}} for k in ("reject_once", "allow_once")]
            chosen = ask("a", "session/request_permission", options=kinds, toolCall={{}})
            assert chosen["result"]["outcome"]["optionId"] == "allow_once", chosen
            path = os.path.abspath("calc.py")
            text = ask("b", "fs/read_text_file", path=path)["result"]["content"]
            ask("c", "fs/write_text_file", path=path, content=text.replace("a - b", "a + b"))
            assert "error" in ask("d", "terminal/create")
            update = {{"sessionUpdate": "agent_message_chunk", "content": {{"text": "Done."}}}}
            say(method="session/update", params={{"update": update}})
            say(id=got["id"], result={{"stopReason": "{reason}"}})
"""


@pytest.mark.parametrize(("reason", "ended"), [("end_turn", Ended.DONE), ("max_tokens", Ended.FAILED)])
def test_an_agent_is_driven_over_the_protocol(
    reason: str, ended: Ended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin/gemini"
    program.parent.mkdir()
    program.write_text(AGENT.format(python=sys.executable, reason=reason))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GEMINI_API_KEY", "the-real-key")
    wire: Wire = gemini.WIRE
    with serve(wire, [Reply()]) as server:
        settings = make_settings(
            kind="acp", command=("gemini", "--acp"), model="m", price_in=1.0, price_out=4.0, base_url=server.url
        )
        work = acp.work(make_task(tmp_path, settings, launch=plain_launch(tmp_path / "room")))
    assert (work.ended, work.report.summary) == (ended, "Done."), work.stderr
    assert "a + b" in (tmp_path / "room/calc.py").read_text()
    assert work.report.tokens_in == 1000


def test_an_acp_command_that_nobody_knows_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="starts with one of: gemini, opencode, qwen"):
        acp.work(make_task(tmp_path, make_settings(kind="acp", command=("rm", "-rf"))))
