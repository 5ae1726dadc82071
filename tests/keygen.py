"""What signs: not on every machine."""

from __future__ import annotations

import pytest

from factory.records import signing

needs_keygen = pytest.mark.skipif(not signing.has_program(), reason=f"{signing.PROGRAM} is not installed")
