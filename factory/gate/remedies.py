"""Pure: what a command printed in a room, and what a person does about it."""

from __future__ import annotations

import re

PACKAGES = "let `setup` under [gate] fetch its packages and link them (`factory help languages`)"
REMEDIES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), remedy)
    for pattern, remedy in (
        (
            r"[Nn]ot a git repository",
            "a room is no git repository: compare with a copy (`diff -r`), or let the test make one of its own",
        ),
        (
            r"^error: no matching package named|you're using offline mode|^error: failed to (?:download|get) `",
            "fetch its crates here (`cargo fetch`): a room has those that ~/.cargo has",
        ),
        (
            r"module lookup disabled|missing go\.sum entry|no required module provides|dial tcp: lookup proxy",
            "fetch its modules here (`go mod download`): a room has those of your module cache",
        ),
        (r"ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package) '[^./']", PACKAGES),
        (
            r"^\[warn\] (?:D_ROADMAP|AC_LEDGER)\.md$",
            "stamps change these tables: name D_ROADMAP.md and AC_LEDGER.md in .prettierignore",
        ),
    )
)
NO_MODULE = re.compile(r"(\S+): No module named (\w+)\s*$")
WAITS = "mend it, or put a test that waits for its ticket where it does not look (`factory help languages`)"


def remedy(output: str) -> str:
    """What mends the first cause that is known; empty where none is."""
    if lacking := NO_MODULE.search(output):
        python, module = lacking.groups()
        return f"install it (`{python} -m pip install {module}`) or name another command (`factory help project`)"
    return next((said for pattern, said in REMEDIES if pattern.search(output)), "")
