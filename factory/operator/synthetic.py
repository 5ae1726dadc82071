"""A stamp from nothing: a scratch repository, one ticket, the embedded worker, the gate, and `verify` over it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from factory.errors import FactoryError, of_machine
from factory.git.objects import Commit
from factory.git.repo import Repo
from factory.line import shift
from factory.line.opening import open_house
from factory.records.view import find_main
from factory.rooms.removal import remove
from factory.tree import FILE, Entry
from factory.verify.verify import verify

FILES = {
    "sums.py": "def add(a, b):\n    return a - b\n",
    "test_sums.py": "from sums import add\n\n\ndef test_add():\n    assert add(17, 25) == 42\n",
    "ssot/factory.toml": '[product]\npaths = ["sums.py"]\n\n[workers.default]\nkind = "patch"\n',
    "ssot/patches/D-001/1.patch": (
        "--- a/sums.py\n+++ b/sums.py\n@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
    ),
    "D_ROADMAP.md": (
        "| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
        "| D-001 | IN_PROGRESS | P1 | LOW | Add numbers |  |\n"
    ),
    "AC_LEDGER.md": (
        "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
        "| AC-001-1 | D-001 | 17 + 25 is 42 | `python -m pytest -q test_sums.py` | OPEN |  |\n"
    ),
}


def stamped(environ: Mapping[str, str]) -> tuple[str, float]:
    """Why it came to no stamp that holds, empty where it did; and the seconds that it took. All of it is removed."""
    began, at = time.monotonic(), Path(tempfile.mkdtemp(prefix="factory-ping-"))
    try:
        why = _why_not(at / "scratch", {**environ, "XDG_CACHE_HOME": str(at), "XDG_CONFIG_HOME": str(at)})
    except FactoryError as error:
        why = str(error)
    except OSError as error:
        why = str(of_machine(error))
    finally:
        remove(at)
    return why, time.monotonic() - began


def _why_not(folder: Path, environ: Mapping[str, str]) -> str:
    folder.mkdir()
    Repo.create(folder)
    with Repo(folder) as repo:
        store = repo.store
        tree = store.edit(None, {path: Entry(FILE, store.write_blob(text.encode())) for path, text in FILES.items()})
        commit = store.write_commit(Commit(tree, (), "feat: sums\n", int(time.time())))
        repo.move("refs/heads/main", commit, None)
        repo.call("read-tree", "-m", "-u", commit, cwd=folder)
    said = list[str]()
    with open_house(folder, environ, say=lambda now: said.append(now.text)) as house:
        ended = shift.run(house, once=True)
    if not ended.stamped:
        return ended.reason or (said[-1] if said else "nothing was done")
    with Repo(folder) as repo:
        found = verify(repo, find_main(repo)[1])
    return "" if (found.stamps, found.ok) == (1, 1) else f"`factory verify` refuses the stamp: {found.bad}"
