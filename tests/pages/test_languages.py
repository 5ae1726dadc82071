"""Each page of docs/languages.md, run as it stands: from an empty folder to a stamp."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import sys
from pathlib import Path

import pytest

from factory.sandbox import process

PAGE = Path(__file__).resolve().parents[2] / "docs/languages.md"
PAGES = dict(re.findall(r"(?ms)^## ([^\n]+)\n(?:(?!^## ).)*?^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8")))
NEEDS = {
    "Node": "node", "npm": "npm", "Go": "go", "Rust": "cargo", "make": "make", "C, with CMake and CTest": "ctest",
    "C, with a compiler and a script": "cc",
}  # fmt: skip
WHO = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def run(page: str, at: Path) -> tuple[int, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    chains = Path(pwd.getpwuid(os.getuid()).pw_dir, ".rustup")  # read only: the home is the test's own
    done = process.run(
        ["sh", "-ec", f"{page}\nfactory verify; git log --format=%s"], cwd=at, timeout=500,
        env={**os.environ, **WHO, "PATH": path, "RUSTUP_HOME": str(chains)},
    )  # fmt: skip
    return done.code, (done.stdout + done.stderr).decode("utf-8", "replace")


def test_there_is_a_page_for_each_language() -> None:
    assert list(PAGES) == list(NEEDS)


@pytest.mark.prove
@pytest.mark.parametrize("name", NEEDS)
def test_a_page_ends_with_a_stamp(name: str, tmp_path: Path) -> None:
    if not shutil.which(NEEDS[name]):
        pytest.skip(f"{NEEDS[name]} is not installed here")
    asked = ["npm", "view", "is-number@7.0.0", "version"]
    if name == "npm" and process.run(asked, cwd=tmp_path, timeout=90, env=dict(os.environ)).code:
        pytest.skip("no package can be fetched here")
    code, said = run(PAGES[name], tmp_path)
    assert code == 0, said
    assert "stamp(D-002): " in said
