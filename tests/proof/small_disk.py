"""A run on a disk that gets full: a small tmpfs with so many kilobytes free. Run by `private.run`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.proof.failing import ENDED, ERRORS, not_clean
from tests.proof.field import Field
from tests.proof.killing import finish
from tests.proof.outcome import always

SIZE_MB = 64
BLOCK = 4096


def fill(disk: Path, leave: int) -> Path:
    """A file that takes all of the disk but for so many bytes."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        found = os.statvfs(disk)
        os.posix_fallocate(file.fileno(), 0, max(BLOCK, found.f_bavail * found.f_frsize - leave))
    return filler


def faults(disk: Path, free_kb: int) -> list[str]:
    """Run on the full disk, make room, go on."""
    outside = disk / "outside"
    (disk / "small").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "none", str(disk / "small")], check=True)
    field = Field.plant(disk / "small", outside=outside)
    filler = fill(disk / "small", free_kb * 1024)
    ran = field.run()
    if ran.code == ENDED:
        return [f"with {free_kb} KiB free the disk never got full"]
    if found := [*not_clean(ran, ERRORS["ENOSPC"]), *always(field)]:
        return [f"with {free_kb} KiB free: {fault}" for fault in found]
    filler.unlink()
    found = finish(field)
    field.close()
    return [f"with {free_kb} KiB free, then room: {fault}" for fault in found]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(faults(Path(sys.argv[1]), int(sys.argv[2]))) + "\n")
