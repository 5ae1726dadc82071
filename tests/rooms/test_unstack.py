"""What was mounted for a room is taken away, also where a part of it will not go by itself."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from factory.rooms import overlay


def test_the_whole_goes_where_the_inner_mount_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = tmp_path / "outer"
    (outer / "room").mkdir(parents=True)

    def unmount(at: Path) -> None:
        if at == outer / "room":
            raise OSError("it is in use")
        shutil.rmtree(at / "room")

    monkeypatch.setattr(overlay, "unmount", unmount)
    monkeypatch.setattr(os.path, "ismount", lambda _: True)
    with pytest.raises(OSError, match="in use"):
        overlay.unstack(outer)
    assert not outer.exists()
    overlay.unstack(outer)  # nothing is left to do
