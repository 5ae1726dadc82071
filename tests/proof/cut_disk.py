"""A run on a disk whose power is cut: a loop device's file system is shut down under it. Run by `private.run`.

What was not on the device at that moment is gone, as after a power cut: the journal is not flushed either.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import struct
import subprocess
import sys
import time
from pathlib import Path

from tests.proof import forge, orphans
from tests.proof.field import LONGEST, Field
from tests.proof.forge import Running
from tests.proof.killing import finish
from tests.proof.outcome import always

SHUTDOWN = 0x8004587D  # _IOR('X', 125, __u32): FS_IOC_SHUTDOWN of xfs, and the same number on ext4
NO_LOG_FLUSH = 2
SIZE_MB = 320  # the least that mkfs.xfs makes is 300


class Disk:
    """A file system of its own on a file; mounted with what its distribution mounts it with."""

    def __init__(self, under: Path, kind: str) -> None:
        self._image, self.at, self._kind = under / "image", under / "disk", kind
        self._image.touch()
        os.truncate(self._image, SIZE_MB << 20)
        self.at.mkdir()
        subprocess.run([f"mkfs.{kind}", "-q", str(self._image)], check=True, capture_output=True)

    def mount(self) -> None:
        """Mount it; again while a dying process's namespace still holds the file system that was shut down."""
        deadline = time.monotonic() + 20
        while True:
            subprocess.run(["mount", "-o", "loop", "-t", self._kind, str(self._image), str(self.at)], check=True)
            try:
                self.at.chmod(0o755)
                return
            except OSError:
                self.unmount()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def unmount(self) -> None:
        deadline = time.monotonic() + 20
        while subprocess.run(["umount", str(self.at)], capture_output=True).returncode:
            if time.monotonic() > deadline:
                raise TimeoutError("something still works on the disk")
            time.sleep(0.1)

    def cut(self) -> None:
        handle = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(handle)


def faults(under: Path, kind: str, seed: int) -> list[str]:
    """Cut the power after some acknowledgements, mount again, look, and finish the work."""
    chance = random.Random(seed)
    disk = Disk(under, kind)
    disk.mount()
    field = Field.plant(disk.at, outside=under / "outside")
    os.sync()
    try:
        for _ in range(chance.choice((1, 1, 2))):
            acknowledged = len(field.promises()) + chance.randint(1, 60)
            _run_until(field, acknowledged, chance.uniform(0, 0.05))
            disk.cut()
            _end(field)
            disk.unmount()
            disk.mount()
            if found := always(field):
                return [f"{kind}, cut {seed} after {acknowledged} acknowledgements: {fault}" for fault in found]
        return [f"{kind}, cut {seed}, then finished: {fault}" for fault in finish(field)]
    finally:
        field.close()
        disk.unmount()


_running: list[Running] = []


def _run_until(field: Field, acknowledged: int, seconds: float) -> None:
    """Start a run and come back when it has acknowledged so much, or has ended before."""
    run = field.start()
    _running.append(run)
    deadline = time.monotonic() + LONGEST
    while len(field.promises()) < acknowledged and not run.ended() and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(seconds)


def _end(field: Field) -> None:
    """Nothing runs on after a power cut: what was acknowledged in the last moment was not heard by anybody."""
    run = _running.pop()
    run.kill()
    run.end(LONGEST)
    orphans.left({forge.light()}, 5.0)


if __name__ == "__main__":
    orphans.adopt()
    sys.stdout.write(json.dumps(faults(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))) + "\n")
