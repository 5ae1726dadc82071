"""Where a branch is checked out: remembered, and asked of git anew when anything that git reads says otherwise."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git import history
from factory.git.checkout import checkouts
from factory.git.repo import Repo

MAIN = "refs/heads/main"


def git(at: Path, *args: str) -> str:
    return subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.com", *args],
        cwd=at,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def git_help() -> str:
    return subprocess.run(["git", "init", "-h"], capture_output=True, text=True, check=False).stdout


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return made(tmp_path / "shop")


def made(at: Path, *options: str) -> Path:
    at.mkdir()
    git(at, "init", "-q", "-b", "main", *options)
    git(at, "commit", "-q", "--allow-empty", "-m", "first")
    return at


@pytest.mark.parametrize("kept_in", ["files", "reftable"])
def test_a_checkout_that_comes_goes_or_switches_is_seen(tmp_path: Path, kept_in: str) -> None:
    if kept_in == "reftable" and "--ref-format" not in git_help():
        pytest.skip("this git keeps refs in files alone")
    shop = made(tmp_path / "shop", *(["--ref-format=reftable"] if kept_in == "reftable" else []))
    other = tmp_path / "other"
    with Repo(shop) as repo:

        def seen() -> set[Path]:
            return set(checkouts(repo, MAIN))

        steps: list[tuple[Callable[[], object], set[Path]]] = [
            (lambda: git(shop, "switch", "-q", "-c", "side"), set()),
            (lambda: git(shop, "worktree", "add", "-q", str(other), "main"), {other}),
            (lambda: git(other, "checkout", "-q", "--detach"), set()),
            (lambda: git(shop, "switch", "-q", "main"), {shop}),
            (lambda: git(other, "checkout", "-q", "--ignore-other-worktrees", "main"), {shop, other}),
            (lambda: git(shop, "worktree", "remove", str(other)), {shop}),
        ]
        assert seen() == {shop}
        for step, there in steps:
            step()
            assert seen() == there


def test_what_stands_still_is_not_asked_again(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Repo(shop) as repo:
        assert checkouts(repo, MAIN) == (shop,)
        monkeypatch.setattr(repo, "call", lambda *_, **__: pytest.fail("git was asked"))
        assert checkouts(repo, MAIN) == (shop,)


@pytest.mark.parametrize("after", [0, 1, history.NEWEST, history.NEWEST + 3])
def test_words_and_the_line_are_the_same_near_and_far(shop: Path, after: int) -> None:
    with Repo(shop) as repo:
        since = git(shop, "rev-parse", "HEAD").strip()
        git(shop, "switch", "-q", "-c", "aside")
        git(shop, "commit", "-q", "--allow-empty", "-m", "aside")
        beside = git(shop, "rev-parse", "HEAD").strip()
        git(shop, "switch", "-q", "main")
        git(shop, "merge", "-q", "--no-ff", "-m", "rewind\n\nFactory-Event: rewind\nFactory-Ticket: D-1", "aside")
        for n in range(after):
            git(shop, "commit", "-q", "--allow-empty", "-m", f"{n}")
        main = git(shop, "rev-parse", "HEAD").strip()
        assert [word.ticket for word in history.words(repo, main, since)] == ["D-1"]
        assert history.words(repo, main, main) == ()
        assert history.on_line(repo, main, since)
        assert not history.on_line(repo, main, beside)
        assert history.last_stamp(repo, main) is None
