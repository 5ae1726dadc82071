"""Where the proofs work."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import orphans


@pytest.fixture
def where(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill loses nothing that was written, on a disk or off it."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(prefix="proof-", dir=memory))
    yield made
    shutil.rmtree(made)


@pytest.fixture(scope="session", autouse=True)
def _adopted() -> None:
    orphans.adopt()
