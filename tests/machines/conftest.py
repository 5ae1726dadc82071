"""Machines that are not ours: other users, homes, git settings and clones."""

import pytest

from tests.line.conftest import at as at
from tests.line.conftest import make as make
from tests.machines import others

place = pytest.fixture(others.place)
