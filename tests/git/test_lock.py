"""Whether the process that a file names is there."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from factory.git import lock


def test_this_process_lives_and_one_that_was_waited_for_does_not() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert lock.lives(os.getpid())
    assert not lock.lives(gone.pid)


@pytest.mark.parametrize("number", [0, -1, 10**20])
def test_a_number_that_no_process_has_is_no_process(number: int) -> None:
    assert not lock.lives(number)
