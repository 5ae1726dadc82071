"""Runs a real pytest over files that a test writes, watched by an Observer, in a sandbox where the machine has one."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from factory.gate.compare import Comparison, compare
from factory.gate.observe import Observation, Observer
from factory.model import Fate
from factory.sandbox.process import run
from tests import lean

OPTIONS = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
PYTEST = (sys.executable, *OPTIONS, "-p", "no:randomly")


@dataclass(frozen=True)
class Watched:
    """A command that ended, and what was observed of it."""

    code: int
    output: str
    seen: Observation

    def against(self, base: Mapping[str, Fate] | Observation | None = None) -> Comparison:
        """Held against a base: an observation, or outcomes of a clean one."""
        if isinstance(base, Observation):
            return compare(base, self.seen)
        return compare(Observation(outcomes=base or {}, sessions=1, finished=True, collected=1), self.seen)


Watch = Callable[..., Watched]


@functools.cache
def _sandbox() -> tuple[str, ...]:
    """Reads everything, writes nowhere but where it is told; () where bubblewrap cannot run."""
    bwrap = shutil.which("bwrap")
    if not bwrap:
        return ()
    argv = (bwrap, "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--unshare-pid", "--die-with-parent")
    return argv if run([*argv, "true"], env={"PATH": os.environ["PATH"]}, timeout=30).code == 0 else ()


@pytest.fixture
def watch(tmp_path: Path, request: pytest.FixtureRequest) -> Watch:
    """`watch({"test_a.py": ...}, "-x", env={}, run_all=True)`; `argv` replaces the whole command. Where nothing asks
    for a plug-in, it is a pytest that has none."""
    room, scratch = tmp_path / "room", tmp_path / "scratch"
    room.mkdir()
    scratch.mkdir()
    plugins = request.node.get_closest_marker("plugins") is not None

    def call(
        files: Mapping[str, str],
        *extra: str,
        argv: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        run_all: bool = False,
        hidden: tuple[str, ...] = (),
        judges: tuple[str, ...] = (),
        opened: bool = True,
    ) -> Watched:
        for name, content in {"pytest.ini": "[pytest]\n", **files}.items():
            (room / name).parent.mkdir(parents=True, exist_ok=True)
            (room / name).write_text(content)
        with Observer(run_all=run_all, root=room, hidden=hidden, judges=judges, opened=opened) as observer:
            box = [*_sandbox(), *(word for at in (room, scratch) for word in ("--bind", str(at), str(at)))]
            around = {"PATH": os.environ["PATH"], "HOME": str(room), "TMPDIR": str(scratch)}
            around |= {"PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
            env = {**around, **observer.env(known=around)}
            named = plugins or any(word.startswith("-n") for word in extra) or "hypothesis" in str(files)
            plain = PYTEST if named else (str(lean.python()), *OPTIONS)
            ended = run([*(box if _sandbox() else []), *(argv or plain), *extra], cwd=room, env=env, timeout=120)
            seen = observer.observe(ended.code)
        return Watched(ended.code, (ended.stdout + ended.stderr).decode(errors="replace"), seen)

    return call
