"""What is ordered by addresses says the same on each run, where the machine lets it."""

from __future__ import annotations

import os
import sys

import pytest

from factory.sandbox.addresses import at_the_same_place
from factory.sandbox.process import run

WHERE = "print(id(object()) // 4096, id(len) // 4096)"


def places(wanted: bool) -> set[bytes]:
    with at_the_same_place(wanted):
        return {run([sys.executable, "-I", "-c", WHERE], env=os.environ, timeout=60.0).stdout for _ in range(4)}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a program choose")
def test_a_program_lies_at_the_same_place_only_while_it_is_asked_for() -> None:
    if len(places(False)) == 1:
        pytest.skip("this machine puts no program at random")
    if len(places(True)) > 1:
        pytest.skip("this machine lets no program choose where it lies (a container's filter, say)")
    assert len(places(False)) > 1
