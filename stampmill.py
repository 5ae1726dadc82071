"""Where the command starts: a Ctrl-C is heard from here on, and two packages under one name are told in one line.

All that is loaded before the first is done is there already: what Python has to find and read takes a moment.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # `signal` itself makes its tables first
import os
import sys

OURS, THEIRS = "cli.py", "declarations.py"  # a module that our `factory` alone has, and one that factory_boy's has
SAID = (
    "factory: factory_boy is installed in the same environment, and each overwrites the other's package `factory`; "
    "install stampmill apart (`uv tool install`, `pipx install`), and factory_boy anew\n"
)
UNHEARD = (_signal.SIG_DFL, _signal.default_int_handler)


def main() -> None:
    """The entry point. 4 where the package `factory` is not, or not only, the one that belongs to this command."""
    for number in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        if _signal.getsignal(number) in UNHEARD:  # what the caller has ignored stays so
            _signal.signal(number, _interrupted)
    if not _is_ours():
        sys.stderr.write(SAID)
        sys.exit(4)
    from factory.cli import main as start

    start()  # and hears them itself, while it carries the command out


def _is_ours() -> bool:
    from importlib.util import find_spec

    spec = find_spec("factory")
    at = os.path.dirname(spec.origin) if spec and spec.origin else None
    return at is not None and os.path.exists(f"{at}/{OURS}") and not os.path.exists(f"{at}/{THEIRS}")


def _interrupted(_number: int, _frame: object) -> None:
    """Nothing was begun, and Python would show where it is."""
    os._exit(130)
