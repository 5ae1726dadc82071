"""How much disk the rooms take."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def disk_use(where: Path) -> int:
    """Bytes on disk below a folder of rooms, 0 where there is none. Makes nothing, and enters no mount."""
    total, disk = 0, where.stat().st_dev if where.exists() else 0
    for folder, folders, names in os.walk(where):
        with suppress(OSError):  # a room may go while it is looked at
            if os.lstat(folder).st_dev != disk:
                folders.clear()
                continue
            total += sum(os.lstat(os.path.join(folder, name)).st_blocks * 512 for name in names)
    return total
