"""The built-in workers of cards, as a process of their own: what they read was written by others, and a parser may
crash."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import factory
from factory.errors import Exit
from factory.gate.conditions import STILL
from factory.model import Ended
from factory.sandbox.sandbox import in_system
from factory.workers import Program, Task, Work

PACKAGE, CARD = "/factory/lib/factory", "/factory/card"
START = """\
import os, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
from factory.cards.__main__ import main
sys.exit(main(os.path.join(sys.argv[2], "card.jsonl")))
"""


def work(task: Task) -> Work:
    """The plan's description is the card, a line of JSON."""
    folder = task.out / "card"
    folder.mkdir(mode=0o755)
    (folder / "card.jsonl").write_bytes(task.plan.description.encode("utf-8", "surrogateescape") + b"\n")
    task.out.chmod(0o711)  # the sandbox may run it as another user
    package, python = Path(factory.__file__).parent, Path(sys.executable)
    root = json.loads(task.plan.description)["input"].get("root", "")
    program = Program(
        # -P: the room's own files are data, and none of them is imported.
        argv=(str(python), "-P", "-c", START, package, folder),
        env=STILL,
        files={PACKAGE: package, CARD: folder},
        read=(Path(root),) if root and not in_system(Path(root)) else (),
        python=python,
    )
    done = task.launch(program)
    how = Ended.TIMEOUT if done.timed_out else Ended.DONE if done.code == Exit.OK else Ended.FAILED
    history = (f"python -P -m factory.cards {CARD}/card.jsonl",)
    return Work(how, stdout=done.stdout, stderr=done.stderr, exit_code=done.code, history=history)
