"""README and both quick starts, typed as they stand by somebody who has nothing but a shell, python and git."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from factory.operator.init import template
from factory.ssot.crosscheck import check
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.read_settings import read_settings
from tests.line.conftest import executable

ROOT = Path(__file__).parents[2]
PAGES = {
    name: (ROOT / name).read_text("utf-8") for name in ("README.md", "docs/quickstart.md", "docs/quickstart.ko.md")
}
README = PAGES["README.md"]
TOLD = "stamp(D-001): Say hello from the factory\n"


def typed(page: str) -> list[str]:
    """The page's blocks of shell, without what is said beside them."""
    return [re.sub(r"(?m)\s+# .*$", "", block) for block in re.findall(r"(?s)```sh\n(.*?)```", page)]


def run(script: str, at: Path, home: Path, path: str) -> str:
    """What a script prints on an account whose only possessions are a home and a PATH."""
    env = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "UV_SYSTEM_CERTS": "1"}  # pip trusts those by itself
    ran = subprocess.run(["bash", "-eu", "-c", script], cwd=at, env=env, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return ran.stdout


def stand_in(at: Path, text: str) -> None:
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(f"#!/bin/sh\n{text}\n")
    executable(at)


def test_all_three_say_the_same() -> None:
    demo, install, first = typed(README)
    assert typed(PAGES["docs/quickstart.md"]) == typed(PAGES["docs/quickstart.ko.md"]) == [demo, install, first]
    recipes = re.findall(r"&& just (\w+)$", demo, re.MULTILINE)
    assert recipes == ["factory_demo", "test"]
    assert all(re.search(rf"(?m)^{recipe}\b.*:", (ROOT / "justfile").read_text()) for recipe in recipes)


def test_what_is_typed_after_the_installation_leads_to_a_first_stamp(tmp_path: Path) -> None:
    """The installation itself is a proof of its own, below: here it only puts a stand-in where uv puts the command."""
    home, bin_ = tmp_path / "home", tmp_path / "bin"
    home.mkdir()
    command = f"exec env PYTHONPATH={ROOT} {sys.executable} -c 'from factory.cli import main; main()' \\\"\\$@\\\""
    at = '"$HOME/.local/bin'
    stand_in(
        bin_ / "uv",
        f'test "$*" = "tool install ." && mkdir -p {at}" && printf "%s\\n" "#!/bin/sh" "{command}" > {at}/factory"'
        f' && chmod +x {at}/factory"',
    )
    _, install, first = typed(README)
    told = run(f"{install}\n{first}\ngit log --first-parent --format=%s -1", tmp_path, home, f"{bin_}:/usr/bin:/bin")
    assert told.endswith(TOLD)
    assert "1 stamp, 1 good, 0 faults" in told
    assert "tell git who you are" in told
    assert (home / "shop" / "HELLO.md").read_text() == "hello\n"
    assert run("git show HEAD^2:.factory/evidence/exitcode.txt", home / "shop", home, "/usr/bin:/bin") == "0\n"


def test_the_readmes_settings_and_tables_stand_beside_what_init_wrote() -> None:
    (worker,) = re.findall(r"(?s)```toml\n(.*?)```", README)
    assert set(read_settings(worker.encode()).workers) == set(tomllib.loads(worker)["workers"]) == {"default"}
    (rows,) = re.findall(r"(?s)```markdown\n(.*?)```", README)
    ticket, criterion = rows.strip().split("\n\n")
    table = template("D_ROADMAP.md")
    head, rest = table.split("\n\n## ", 1)
    tickets = read_roadmap(f"{head}\n{ticket}\n\n## {rest}".encode())
    criteria = read_ledger(f"{template('AC_LEDGER.md')}{criterion}\n".encode())
    check(tickets, criteria)
    assert [t.id for t in tickets] == ["D-001", "D-002"]
    assert criteria[-1].check == "python -m pytest -q tests/test_dates.py"


def test_each_page_that_the_readme_names_is_there() -> None:
    for name, page in PAGES.items():
        folder = (ROOT / name).parent
        assert [link for link in re.findall(r"\]\(([^)]+)\)", page) if not (folder / link).exists()] == []


@pytest.mark.prove
@pytest.mark.parametrize("page", PAGES)
def test_a_bare_account_gets_from_a_clone_to_a_first_stamp(page: str, tmp_path: Path) -> None:
    """With the real pip, uv and just: half a minute, and two more for the demonstration, which the README's run has."""
    home, clone = tmp_path / "home", tmp_path / "stampmill"
    home.mkdir()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    demo, install, first = typed(PAGES[page])
    shown = demo.splitlines()[0] if page == "README.md" else "pip install uv rust-just"
    before = f"python3 -m venv v && . v/bin/activate\n{shown}\ngit status --porcelain"
    told = run(
        f"{before}\n{install}\n{first}\ngit log --first-parent --format=%s -1",
        clone,
        home,
        "/usr/local/bin:/usr/bin:/bin",
    )
    assert told.endswith(TOLD)
    assert "??" not in told
