"""Machines that are not ours: other users, homes, git settings and clones."""

from tests.line.conftest import at as at
from tests.line.conftest import make as make
