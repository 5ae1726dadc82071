"""Stamps are signed by a key of the factory's own, and git agrees."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.errors import CouldNotRun
from factory.git import places
from factory.git.repo import Repo
from factory.line.opening import key_path
from factory.records.signing import ALLOWED
from factory.verify.signers import KINDS
from tests.keygen import needs_keygen
from tests.line.conftest import Shop
from tests.line.night import ROOT

At = Callable[[Path], Shop]
Make = Callable[..., Shop]


def key_of(shop: Shop) -> Path:
    with Repo(shop.path) as repo:
        return key_path(repo, os.environ)


pytestmark = needs_keygen


@pytest.fixture
def signed(make: Make) -> Shop:
    """A shop whose main names the key that `init` made."""
    shop = make("D-1 A ticket", "D-2 Another | D-1")
    assert shop.run("init").code == 0
    allowed = (shop.path / ALLOWED).read_text()
    (shop.path / ALLOWED).unlink()
    shop.commit({ALLOWED: allowed})
    return shop


def test_the_key_lies_outside_the_repository_and_is_the_operators_alone(signed: Shop) -> None:
    key = key_of(signed)
    assert not key.is_relative_to(signed.path)
    assert key.stat().st_mode & 0o077 == 0
    assert "PRIVATE KEY" not in signed.git("grep", "-h", "", "main")


def test_without_the_key_a_run_stops_with_one_line_before_any_work(signed: Shop) -> None:
    key_of(signed).unlink()
    done = signed.run("run")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert ALLOWED in done.err
    assert "factory init" in done.err
    assert not [s for s in signed.subjects("factory/ledger") if s.startswith("start(")]
    assert signed.run("submit", "D-1").code == 2


def test_a_key_that_main_does_not_name_is_no_key(signed: Shop) -> None:
    line = signed.read(ALLOWED)
    kind, key = line.split()[2:4]
    signed.commit({ALLOWED: line.replace(key, key[:-6] + "AAAAAA")})
    done = signed.run("run")
    assert done.code == 2
    assert done.err.count("\n") == 1
    assert kind not in done.err


def test_without_a_list_of_signers_verify_says_so_and_checks_the_rest(signed: Shop) -> None:
    signed.commit({ALLOWED: None})
    assert signed.run("run").code == 0
    done = signed.run("verify")
    assert done.code == 0
    assert "2 stamps, 2 good" in done.out
    said = "signed while main named nobody who may sign, which proves nothing: 2 stamps"
    assert said in done.out.splitlines()
    told = signed.run("verify", "--json").json["told"]
    assert {"kind": "unnamed", "what": said, "count": 2} in [{k: v for k, v in t.items() if k != "names"} for t in told]
    assert "signers" in {one["kind"] for one in told}


def test_without_any_key_verify_says_that_nothing_is_signed(make: Make) -> None:
    shop = make("D-1 A ticket")
    assert shop.run("run").code == 0
    assert "1 stamp, 1 good, 0 faults\nwithout a signature: 1 stamp" in shop.run("verify").out
    (told,) = shop.run("verify", "--json").json["told"]
    assert (told["kind"], told["count"], told["names"]) == ("unsigned", 1, [shop.main()])
    assert told["what"] == shop.run("verify").out.splitlines()[1]
    assert shop.run("evidence_check", "--json").json["told"] == [told]


def test_every_kind_of_what_verify_tells_is_in_the_page() -> None:
    page = (ROOT / "docs" / "morning.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page.partition("## What `factory verify` says")[2], re.MULTILINE)
    assert rows[: len(KINDS)] == list(KINDS.items())


def test_the_key_is_found_when_the_projects_folder_is_moved_or_cloned(signed: Shop, at: At, tmp_path: Path) -> None:
    key = key_of(signed)
    moved = at(signed.path.rename(tmp_path / "renamed"))
    assert "kept   the key" in moved.run("init").out
    assert moved.run("run").code == 0
    assert "2 stamps, 2 good" in moved.run("verify").out
    assert [p.name for p in key.parent.glob("*.key")] == [key.name]  # no other was made


def test_without_home_the_systems_list_of_users_tells_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places.home({"HOME": "/somebody"}) == Path("/somebody")
    assert places.home({}) == Path(pwd.getpwuid(os.getuid()).pw_dir)
    monkeypatch.setattr(places, "_listed", str)  # a user without an entry, as in many containers
    monkeypatch.setattr(places, "APART", str(tmp_path))
    own = places.home({})
    assert (own.parent, own.stat().st_mode & 0o777) == (tmp_path, 0o700)
    assert places.home({}) == own
    own.chmod(0o755)
    with pytest.raises(CouldNotRun, match="not this user's alone; set HOME"):
        places.home({})
    own.rmdir()
    own.symlink_to(tmp_path)
    with pytest.raises(CouldNotRun):
        places.home({})
