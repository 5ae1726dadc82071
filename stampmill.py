"""Where the command starts: two packages under one name are told in one line, before anything of either is imported."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

OURS, THEIRS = "cli.py", "declarations.py"  # a module that our `factory` alone has, and one that factory_boy's has
SAID = (
    "factory: factory_boy is installed in the same environment, and each overwrites the other's package `factory`; "
    "install stampmill apart (`uv tool install`, `pipx install`), and factory_boy anew\n"
)


def main() -> None:
    """The entry point. 4 where the package `factory` is not, or not only, the one that belongs to this command."""
    spec = find_spec("factory")
    at = Path(spec.origin).parent if spec and spec.origin else None
    if at is None or not (at / OURS).exists() or (at / THEIRS).exists():
        sys.stderr.write(SAID)
        sys.exit(4)
    if heard := signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupted)
    from factory.cli import main as start

    if heard:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    start()


def _interrupted(_number: int, _frame: object) -> None:
    """While the commands are loaded, which takes a moment: nothing was begun, and Python would show where it is."""
    os._exit(130)
