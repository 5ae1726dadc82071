"""What an agent is given for one attempt: the words of its line, a port, a home of its own."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

from factory.proposals.prompt import agent_prompt
from factory.tree import matches
from factory.workers import Task
from factory.workers.cli import Given


def make_given(task: Task, model: str) -> Given:
    """What an agent's line is made from, with a fresh home in the attempt's private folder."""
    modify, home = task.plan.scope.modify, task.out / "home"
    home.mkdir()
    return Given(
        prompt=agent_prompt(task.plan, task.rules, task.about()),
        model=model,
        effort=task.settings.effort,
        budget_usd=task.plan.budget_usd,
        files=tuple(path for path in task.files.entries() if modify and matches(path, modify)),
        command=task.settings.command,
        port=_free_port(),
        home=home,
    )


def _free_port() -> int:
    """A room has a loopback of its own, where any port is free; without a sandbox it must be free out here too."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def lay_home(home: Path, contents: Mapping[str, str]) -> None:
    """What an agent finds in its private home. The sandbox may run it as another user; `out` is ours alone."""
    for name, content in contents.items():
        file = home / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    for path in (home, *home.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
