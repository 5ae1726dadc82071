"""Puts a model's files into a room. The room's links are not followed: they may lead out of it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def place(room: Path, files: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """Writes each file, or removes it (None); what could not be placed, as `path: why`."""
    failed = []
    for path, content in files.items():
        try:
            _place(room, path.split("/"), content)
        except OSError as error:
            failed.append(f"{path}: {error.strerror}")
    return tuple(failed)


def _place(room: Path, parts: list[str], content: bytes | None) -> None:
    folder = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in parts[:-1]:
            if content is not None:
                _make(name, folder)
            inner = os.open(name, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        if content is None:
            os.unlink(parts[-1], dir_fd=folder)
        else:
            _write(parts[-1], folder, content)
    finally:
        os.close(folder)


def _make(name: str, folder: int) -> None:
    try:
        os.mkdir(name, dir_fd=folder)
    except FileExistsError:
        return


def _write(name: str, folder: int, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(name, flags, 0o644, dir_fd=folder), "wb") as file:
        file.write(content)
