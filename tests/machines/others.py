"""Other users of this machine: the factory run by a uid that is not ours, in a folder that it can reach."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.conftest import Answer

ROOT = Path(__file__).parents[2]
CODE = "import stampmill; stampmill.main()"
ALICE, BOB = 61618, 61619


@functools.cache
def _python() -> str:
    """A Python of this version that any user may start: the one that runs the tests may lie below somebody's home."""
    version = f"import sys; assert sys.version_info[:2] == {sys.version_info[:2]}; import stampmill, typer, pydantic"
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            done = subprocess.run([python, "-c", version], user=ALICE, group=ALICE, env=_env(Path("/")), cwd="/")
        except OSError:
            continue
        if done.returncode == 0:
            return python
    return ""


def _env(home: Path) -> dict[str, str]:
    code = os.pathsep.join((str(ROOT), sysconfig.get_paths()["purelib"]))
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": code, "PYTHONWARNINGS": "ignore"}


class User:
    """One user, with a home of their own."""

    def __init__(self, uid: int, place: Path) -> None:
        self.uid, self.home, self.umask = uid, place / f"home-{uid}", 0o077
        self.home.mkdir(exist_ok=True)
        os.chown(self.home, uid, uid)

    def start(self, *args: str, repo: Path, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [_python(), "-c", CODE, *args, "--repo", str(repo)], user=self.uid, group=self.uid, extra_groups=[],
            env={**_env(self.home), **env}, umask=self.umask, cwd="/", text=True, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *args: str, repo: Path, **env: str) -> Answer:
        return ended(self.start(*args, repo=repo, **env))

    def owns(self, at: Path) -> Path:
        """Everything below is this user's now."""
        for folder, _, files in os.walk(at):
            for name in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(name, self.uid, self.uid, follow_symlinks=False)
        return at

    def git(self, *args: str, cwd: Path) -> None:
        subprocess.run(
            ["git", *args], user=self.uid, group=self.uid, extra_groups=[], env=_env(self.home), umask=self.umask,
            cwd=cwd, check=True, capture_output=True,
        )  # fmt: skip


def ended(process: subprocess.Popen[str]) -> Answer:
    out, err = process.communicate(timeout=240)
    return Answer(process.returncode, out, err)


def place() -> Iterator[Path]:
    """A folder that every user may enter and nobody else may write to; skipped where nobody can be another user."""
    if os.getuid():
        pytest.skip("only root can be another user for a while")
    if not _python():
        pytest.skip("no Python here that another user may start has the factory's version and packages")
    at = Path(tempfile.mkdtemp(prefix="machines-", dir="/tmp"))
    at.chmod(0o755)
    yield at
    shutil.rmtree(at, ignore_errors=True)
    for uid in (ALICE, BOB):
        shutil.rmtree(f"/var/tmp/stampmill-{uid}", ignore_errors=True)
