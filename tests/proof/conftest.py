"""Where the proofs work."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof import orphans
from tests.proof.field import Field
from tests.proof.steps import Order


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


@pytest.fixture(autouse=True)
def _adopted() -> Iterator[None]:
    """For one test alone: other tests' orphans would pile up dead in this process until it ends."""
    orphans.adopt()
    yield
    orphans.adopt(False)
    orphans.known()


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """Place -> how many steps a run that nobody kills makes there; two runs differ by a few, for threads take turns."""
    under = tmp_path_factory.mktemp("places")
    log, field = under / "steps", Field.plant(under)
    assert field.run(Order(log=str(log))).code == 1
    field.close()
    return Counter(line.split("\t")[1] for line in log.read_text().splitlines())
