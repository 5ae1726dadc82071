"""The real agents in the real sandbox, run by the factory against stand-ins: each does a ticket, and fails rightly."""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.workers.cli import NO_KEY
from factory.workers.installed import find
from tests.clients.client import AFTER, KEY, Client, every_agent, every_client, installed, make_shop
from tests.line.conftest import Shop
from tests.night.quick import Night, night
from tests.servers import Drop, Refusal, Reply, serve
from tests.servers.script import Answer, Ask, Books

pytestmark = [pytest.mark.clients, pytest.mark.timeout(400)]
Make = Callable[..., Shop]

SCAN = """#!/bin/sh
{program} "$@" < /dev/null; code=$?
look() {{
  find /room /factory /factory/home /home /tmp /run /etc -xdev -type f -exec grep -lF -e "$2" {{}} + 2>/dev/null
  cat /proc/[0-9]*/environ 2>/dev/null | grep -qF -e "$2" && echo environment
}}
echo "SCAN key:" $(look key {key}) >&2
echo "SCAN decoy:" $(look decoy {decoy}) >&2
exit $code
"""


def broken(word: str) -> str:
    """A word of a shell's that the script itself does not hold."""
    return f"'{word[:9]}''{word[9:]}'"


def agreed(found: Night, books: Books) -> None:
    """Result, ledger and provider say the same, to the token."""
    used = {"calls": books.calls, "tokens_in": books.sum("prompt")}
    used["tokens_out"] = books.sum("out") + books.sum("thought")
    assert {name: found.result[name] for name in used} == used
    assert {name: found.book["settled"][name] for name in used} == used
    assert float(found.book["settled"]["usd"]) == pytest.approx(found.result["cost_estimate_usd"], abs=1e-6)
    assert found.book["open"] == {}


@every_client
def test_it_does_a_ticket_that_is_stamped_and_every_token_is_booked(client: Client, make: Make, tmp_path: Path) -> None:
    installed(client)
    with serve(client.wire, client.edit()) as server:
        found = night(make_shop(make, client, server), tmp_path / "slept")
    assert (found.code, found.stamped) == (0, True), found.said
    assert found.shop.read("calc.py") == AFTER
    assert found.result["files_changed"] == ["calc.py"]  # nothing of its own is left in the room
    assert found.result["calls"] >= 1
    agreed(found, server.books)
    assert {s.ask.headers.get("authorization", "") for s in server.books.served} <= {"", f"Bearer {KEY}"}
    passed = [json.loads(line) for line in found.evidence("evidence/egress.jsonl").splitlines()]
    assert sum(line["status"] == 200 and line.get("complete", False) for line in passed) == server.books.calls
    assert found.shop.run("verify").code == 0


@every_agent
def test_no_key_is_in_its_room_its_home_or_its_environment(client: Client, make: Make, tmp_path: Path) -> None:
    """The same search finds the key that is none, so it does look where a key would be."""
    real = find(client.cli.program, os.path.dirname(installed(client)), "")
    (tmp_path / "scan").mkdir()
    shim = tmp_path / "scan" / client.cli.program
    shim.write_text(SCAN.format(program=shlex.join(real.argv), key=broken(KEY), decoy=broken(NO_KEY)))
    shim.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch, serve(client.wire, client.edit()) as server:
        patch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
        found = night(make_shop(make, client, server, read=list(map(str, real.read))), tmp_path / "slept")
    assert found.stamped, found.said
    hits = dict(line.split(":", 1) for line in found.evidence("evidence/stderr.txt").splitlines() if "SCAN" in line)
    assert hits["SCAN decoy"].split()
    assert hits["SCAN key"].split() == []
    assert KEY not in found.shop.git("log", "--all", "-p", "--format=%B")


@every_client
def test_a_refused_key_stops_the_shift_in_one_line_and_is_nobodys_attempt(
    client: Client, make: Make, tmp_path: Path
) -> None:
    installed(client)
    with serve(client.wire, lambda ask: Refusal(401)) as server:
        found = night(make_shop(make, client, server), tmp_path / "slept")
    assert found.code == 4
    assert "refuses the key (401)" in found.said.splitlines()[-1]
    assert "Traceback" not in found.said
    status = found.shop.run("status", "--json").json
    back = status["tickets"]["D-1"]
    assert (back["state"], back["attempts"], back["stamp"]) == ("PENDING", 0, None)


def put_off_then_done(found: Night, waited: list[float]) -> None:
    assert found.slept == pytest.approx(waited, abs=1.0), found.said
    assert (found.code, found.stamped) == (0, True), found.said
    assert found.result["attempt"] == 1
    assert "Traceback" not in found.said + found.evidence("evidence/stderr.txt")


@every_client
def test_a_rate_limit_is_slept_as_told_and_does_not_count(client: Client, make: Make, tmp_path: Path) -> None:
    installed(client)
    answers: list[Callable[[Ask], Answer]] = [client.edit(), lambda ask: Refusal(429, retry=7)]
    with serve(client.wire, lambda ask: answers[-1](ask)) as server:
        started = time.monotonic()
        found = night(make_shop(make, client, server), tmp_path / "slept", lambda: answers.__delitem__(slice(1, None)))
    put_off_then_done(found, [7.0])
    agreed(found, server.books)
    assert time.monotonic() - started < 120


@every_client
def test_a_stream_that_is_cut_again_and_again_is_put_off_and_booked(client: Client, make: Make, tmp_path: Path) -> None:
    installed(client)
    answers: list[Callable[[Ask], Answer]] = [client.edit(), lambda ask: Drop(Reply(), events=1)]
    with serve(client.wire, lambda ask: answers[-1](ask)) as server:
        found = night(make_shop(make, client, server), tmp_path / "slept", lambda: answers.__delitem__(slice(1, None)))
    assert len(found.slept) == 1
    put_off_then_done(found, found.slept)
    assert float(found.book["settled"]["usd"]) > found.result["cost_estimate_usd"]  # a cut answer may be billed
