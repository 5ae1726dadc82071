"""By which guards an attempt was judged: the digest of their sources, of what they read with, and of this Python.

It stands in the evidence. `verify` runs the guards again: what they object to is a fault where they are the same, and
told where they are others, stricter today or laxer then (docs/decisions/guards-again.md).
"""

from __future__ import annotations

import functools
import hashlib
import sys
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = (
    "guards/**/*.py",
    "factory/*.py",
    "factory/ssot/*.py",
    "factory/gate/loaded.py",
    *(f"factory/records/{name}.py" for name in ("redact", "secret_kinds", "bounded")),
)
PARSERS = ("ast-grep-py", "tree-sitter", "tree-sitter-markdown")


@functools.cache
def digest() -> str:
    """The same for the same guards on the same Python; in hexadecimal."""
    found = hashlib.sha256(f"{sys.version_info[:2]} {[metadata.version(name) for name in PARSERS]}".encode())
    for path in sorted(path for glob in SOURCES for path in ROOT.glob(glob)):
        found.update(f"\0{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes())
    return found.hexdigest()[:32]
