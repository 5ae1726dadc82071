"""Documents on disk: each is written beside its place and then put there, so that it is the old one or the new one."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def beside(at: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `at`, with its mode, when the block ends well."""
    aside = at.with_name(f".{at.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield aside
        with suppress(FileNotFoundError):
            shutil.copymode(at, aside)
        os.replace(aside, at)
    finally:
        aside.unlink(missing_ok=True)


def put(at: Path, content: bytes, *, durable: bool = False) -> None:
    """The document with this content, and the folders above it. `durable`: after a power cut, too.

    OSError names the document, and never what lay beside it for a moment.
    """
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
        with beside(at) as aside:
            aside.write_bytes(content)
            if durable:
                sync_file(aside)
        if durable:
            sync_folder(at.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(at)) from error


def sync_file(path: Path) -> None:
    """On disk when this returns."""
    _sync(path, os.O_RDONLY)


def sync_folder(folder: Path) -> None:
    """Which names a folder holds, on disk when this returns."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, how: int) -> None:
    handle = os.open(path, how)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
