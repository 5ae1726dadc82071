"""The one git that is asked for objects: begun once, and anew before it has kept too much of what it was asked."""

from __future__ import annotations

import subprocess

import pytest

from factory.git import reader
from factory.git.reader import Pipe, Reader
from factory.git.repo import Repo


class Asked:
    """How often a git was started."""

    def __init__(self, repo: Repo) -> None:
        self.at, self.begun = repo.git_dir, 0

    def start(self) -> Pipe:
        self.begun += 1
        proc = subprocess.Popen(
            ["git", f"--git-dir={self.at}", "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert proc.stdin
        assert proc.stdout
        return Running(proc)


class Running:
    def __init__(self, proc: subprocess.Popen[bytes]) -> None:
        assert proc.stdin
        assert proc.stdout
        self.proc, self.stdin, self.stdout = proc, proc.stdin, proc.stdout


def test_it_is_begun_anew_after_so_many_questions_and_answers_as_before(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "RENEW", 10)
    asked = Asked(repo)
    one = Reader(asked.start, "sha1", AssertionError)  # type: ignore[arg-type]
    known = one.ask(["refs/heads/main^{tree}"])
    assert known[0]
    assert known[0][1] == "tree"
    answers = [one.ask(["refs/heads/main^{tree}", "no-such-name"]) for _ in range(20)]
    one.close()
    assert answers == [[*known, None]] * 20
    assert asked.begun == 4  # 41 questions
