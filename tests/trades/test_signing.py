"""Stamps are signed by the factory's own key, whatever they are of, and git agrees."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

import pytest

from tests.keygen import needs_keygen
from tests.trades.kit import Line, every

Lay = Callable[..., Line]
pytestmark = needs_keygen
ALLOWED = "ssot/allowed_signers"


def signed(lay: Lay, count: int = 1) -> Line:
    """A line whose main names the key that `init` made, and nothing else of what it wrote."""
    line = lay(count)
    assert line.run("init").code == 0
    allowed = (line.shop.path / ALLOWED).read_text()
    line.shop.git("clean", "-fdq")
    line.shop.commit({ALLOWED: allowed})
    return line


@every()
def test_a_stamp_is_signed_and_git_agrees(lay: Lay) -> None:
    line = signed(lay, 2)
    assert (line.run().code, line.states()) == (0, ["DONE", "DONE"])
    settings = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={line.shop.path / ALLOWED}")
    stamps = line.shop.git("log", "--first-parent", "--format=%H", "--grep=^stamp(", "main").split()
    assert len(stamps) == {"ticket": 2, "patch": 2, "test": 1}[line.trade.word]
    for stamp in stamps:
        line.shop.git(*settings, "verify-commit", stamp)
    done = line.run("verify")
    assert (done.code, done.out.count("signature")) == (0, 0), done


@every()
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: re.sub(r"gpgsig [^\n]*\n(?: [^\n]*\n)*", "", text), "it is not signed"),
        (lambda text: re.sub(r"> \d+ ", "> 1790000000 ", text), "its signature is not one of"),
    ],
    ids=["taken off", "over other bytes"],
)
def test_a_stamp_whose_signature_does_not_hold_is_bad(lay: Lay, spoil: Callable[[str], str], says: str) -> None:
    line = signed(lay)
    assert line.run().code == 0
    stamp = spoil(line.shop.git("cat-file", "commit", "main"))
    write = ["git", "hash-object", "-w", "-t", "commit", "--stdin"]
    oid = subprocess.run(write, cwd=line.shop.path, input=stamp.encode(), capture_output=True, check=True).stdout
    line.shop.git("update-ref", "refs/heads/main", oid.decode().strip())
    done = line.run("verify")
    assert (done.code, says in done.out) == (1, True), done


@every()
def test_no_stamp_is_made_that_the_signers_of_today_would_not_bear_out(lay: Lay) -> None:
    line = signed(lay)
    ours = line.shop.read(ALLOWED)
    kind, key = ours.split()[2:4]
    other = f"somebody {kind} {key[:-6]}AAAAAA\n"
    done = line.run_while(lambda: line.shop.commit({ALLOWED: other}))
    assert (done.code, line.stamped()) == (2, []), done
    assert "a stamp would not hold: its signature is not one of ssot/allowed_signers" in done.out + done.err
    line.shop.commit({ALLOWED: other + ours})
    assert (line.run().code, line.states()) == (0, ["DONE"])
