"""Replays changes that someone wrote: `ssot/patches/<ticket>/<attempt>.patch`, as main's tip has it."""

from __future__ import annotations

from factory.model import Ended, Report
from factory.workers import Program, Task, Work

INSIDE = "/factory/change.patch"
FREE = True  # nobody is paid


def work(task: Task) -> Work:
    path = f"ssot/patches/{task.plan.ticket_id}/{task.plan.attempt}.patch"
    try:
        content = task.files.read(path)
    except KeyError:
        return Work(Ended.FAILED, stderr=f"there is no {path} on main; write one\n".encode(), exit_code=1)
    patch = task.out / "change.patch"
    patch.write_bytes(content)
    if not content.strip():
        return Work(Ended.DONE, Report(summary=f"{path} is empty"))
    # Where the room lies below somebody's repository, git must not find that one.
    env = {"GIT_CEILING_DIRECTORIES": str(task.room.parent), "GIT_CONFIG_NOSYSTEM": "1"}
    done = task.launch(Program(("git", "apply", "--whitespace=nowarn", patch), env=env, files={INSIDE: patch}))
    ended, report = Ended.DONE if done.code == 0 else Ended.FAILED, Report(summary=f"replayed {path}")
    return Work(ended, report, done.stdout, done.stderr, done.code, history=(f"git apply {path}",))
