"""`init`: its files are right as they stand, in whatever repository, and lead to a first stamp."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from importlib.metadata import Distribution
from pathlib import Path

import pytest
import yaml

from factory.git.repo import Repo
from factory.operator import surroundings
from factory.records import signing
from factory.ssot.read_settings import read_settings
from tests.git.conftest import put
from tests.keygen import needs_keygen
from tests.line.conftest import Shop, executable

At = Callable[[Path], Shop]
ROOT = Path(__file__).parents[2]
WORKER = '\n[workers.default]\nkind = "command"\ncommand = ["sh", "-c", "echo hello > HELLO.md"]\n'
TEST = {"tests/test_it.py": b"def test_it():\n    assert 1 + 1 == 2\n"}


@pytest.fixture
def plain(at: At, tmp_path: Path) -> Callable[..., Shop]:
    """plain(files) -> a repository with these files on main, and no factory in it."""

    def make(files: dict[str, bytes]) -> Shop:
        path = tmp_path / "repo"
        path.mkdir()
        Repo.create(path)
        with Repo(path) as repo:
            if files:
                put(repo, dict(files), "code")
                repo.call("read-tree", "-m", "-u", "HEAD", cwd=path)
        return at(path)

    return make


def commit(shop: Shop) -> None:
    shop.git("add", "-A")
    shop.git("-c", "user.name=p", "-c", "user.email=p@example.com", "commit", "-q", "-m", "the factory's files")


def files(shop: Shop) -> dict[Path, bytes]:
    return {p: p.read_bytes() for p in shop.path.rglob("*") if p.is_file() and ".git" not in p.parts}


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({}, ""),
        ({"justfile": b"mine:\n\ttrue\n"}, "wrote  factory.just  (add `import 'factory.just'` to justfile)"),
        ({".justfile": b"mine:\n\ttrue\n", "D_ROADMAP.md": b"# my own\n"}, "to .justfile)"),
    ],
)
def test_init_overwrites_nothing_and_has_nothing_to_do_a_second_time(
    plain: Callable[..., Shop], theirs: dict[str, bytes], said: str
) -> None:
    shop = plain(theirs | {"app.py": b"x = 1\n"})
    assert said in shop.run("init").out
    before = files(shop)
    assert {p: before[shop.path / p] for p in theirs} == theirs
    assert "D_ROADMAP.md" in {p.name for p in before}
    again = shop.run("init")
    assert (again.code, "wrote" in again.out) == (0, False)
    assert files(shop) == before


def test_a_bare_just_starts_nothing_that_costs(plain: Callable[..., Shop]) -> None:
    shop = plain({})
    shop.run("init")
    text = (shop.path / "justfile").read_text()
    first = text.split("\n\n")[1]
    assert first == "[private]\ndefault:\n    @just --list"
    if just := shutil.which("just"):
        said = subprocess.run([just], cwd=shop.path, capture_output=True, text=True, check=True)
        assert "factory_run *args" in said.stdout
    (shop.path / "justfile").write_text("build:\n\ttrue\n")
    shop.run("init")
    assert "default" not in (shop.path / "factory.just").read_text()


@needs_keygen
@pytest.mark.parametrize("code", [{}, TEST], ids=["nothing yet", "tests"])
def test_the_first_ticket_of_init_is_stamped_and_signed_in_any_repository(
    plain: Callable[..., Shop], code: dict[str, bytes]
) -> None:
    shop = plain(code)
    said = shop.run("init").out
    assert ("No test was found" in said) == (code is not TEST)
    settings, table = shop.path / "ssot/factory.toml", shop.path / "D_ROADMAP.md"
    settings.write_text(settings.read_text() + WORKER)
    table.write_text(table.read_text().replace("| PLANNED |", "| IN_PROGRESS |"))
    commit(shop)
    done = shop.run("run")
    assert (done.code, done.err) == (0, ""), done
    verified = shop.run("verify")
    assert (verified.code, "without a signature" in verified.out) == (0, False)
    assert (shop.path / "HELLO.md").read_text() == "hello\n"
    assert shop.git("status", "--porcelain") == ""


def test_init_tells_what_a_repository_lacks(plain: Callable[..., Shop]) -> None:
    shop = plain(TEST)
    venv.create(shop.path / ".venv", symlinks=True)
    (shop.path / "env").mkdir()
    (shop.path / "env/pyvenv.cfg").write_text("home = /usr/bin\n")
    said = shop.run("init").out
    assert "tell git who you are: git config user.name" in said
    assert ".venv has no pytest: `.venv/bin/python -m pip install pytest`" in said
    assert "let git ignore env/: `echo '/env/' >> .gitignore`" in said
    assert said.index("let git ignore env/") < said.index("commit what is new on")
    settings = shop.path / "ssot/factory.toml"
    settings.write_text(settings.read_text() + WORKER)
    table = shop.path / "D_ROADMAP.md"
    table.write_text(table.read_text().replace("| PLANNED |", "| IN_PROGRESS |"))
    commit(shop)
    done = shop.run("run")
    assert (done.code, done.err.count("\n")) == (4, 1)
    assert ".venv/bin/python -m pip install pytest`) or name another command (`factory help project`)" in done.err
    for key in ("name", "email"):
        shop.git("config", f"user.{key}", "p")
    assert "tell git who you are" not in shop.run("init").out


def test_init_says_what_makes_the_environment_that_the_tests_need(plain: Callable[..., Shop]) -> None:
    shop = plain({**TEST, "pyproject.toml": b'[project]\nname = "shop"\noptional-dependencies.test = ["pytest"]\n'})
    said, makes = shop.run("init").out, "`python3 -m venv .venv && .venv/bin/pip install -e '.[test]'`"
    step = f"  1. make what the tests need (the gate's own Python has pytest alone): {makes}"
    assert f"{step}, and `echo '/.venv/' >> .gitignore`\n  2. say who works" in said
    (shop.path / ".gitignore").write_text(".venv\n")
    assert f"{step}\n" in shop.run("init").out
    venv.create(shop.path / ".venv", symlinks=True)
    assert "  1. say who works" in shop.run("init").out


def test_what_is_not_committed_yet_is_said_to_be_that(plain: Callable[..., Shop]) -> None:
    shop = plain(TEST)
    shop.git("branch", "-m", "trunk")
    shop.run("init")
    for command in ("dry", "run", "status"):
        done = shop.run(command)
        assert done.code == 2
        assert "ssot/factory.toml: the factory reads what is committed, and no commit has this file yet" in done.err
        assert "`git add -A && git commit` on trunk" in done.err
    commit(shop)
    table = shop.path / "D_ROADMAP.md"
    table.write_text(table.read_text().replace("| PLANNED |", "| IN_PROGRESS |"))
    settings = shop.path / "ssot/factory.toml"
    settings.write_text(settings.read_text() + WORKER)
    shop.git("add", "ssot")
    shop.git("-c", "user.name=p", "-c", "user.email=p@example.com", "commit", "-q", "-m", "a worker")
    for command in ("dry", "run"):
        told = shop.run(command).out
        assert "D_ROADMAP.md is not committed: what it says is not known to the factory" in told, told
        assert "nothing to do" in told


def test_the_zone_is_the_machines_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = tmp_path / "localtime"
    monkeypatch.setattr(surroundings, "LOCALTIME", link)
    assert surroundings.zone({}) == "UTC"
    link.symlink_to("/usr/share/zoneinfo/Asia/Seoul")
    assert surroundings.zone({}) == "Asia/Seoul"
    assert surroundings.zone({"TZ": ":Europe/Berlin"}) == "Europe/Berlin"
    assert surroundings.zone({"TZ": "KST-9"}) == "Asia/Seoul"
    assert surroundings.zone({"TZ": "../../etc/passwd"}) == "Asia/Seoul"


URL = '{{"url": "{0}", {1}}}'


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (None, "stampmill==7.1"),
        (URL.format("https://h.example/s.git", '"vcs_info": {"vcs": "git", "commit_id": "abc"}'),
         "stampmill @ git+https://h.example/s.git@abc"),
        (URL.format("https://h.example/s.whl", '"archive_info": {}'), "stampmill @ https://h.example/s.whl"),
        ("clone", "stampmill @ git+https://h.example/me/s.git"),
        (URL.format("file:///nowhere", '"dir_info": {}'), ".github/stampmill/*.whl"),
    ],
)  # fmt: skip
def test_ci_installs_the_factory_from_where_it_was_installed_here(
    told: str | None, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = tmp_path / "stampmill-7.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stampmill\nVersion: 7.1\n")
    if told == "clone":
        (tmp_path / "a clone").mkdir()
        Repo.create(tmp_path / "a clone")
        with Repo(tmp_path / "a clone") as repo:
            repo.call("config", "remote.origin.url", "https://h.example/me/s.git")
        told = f'{{"url": "{(tmp_path / "a clone").as_uri()}", "dir_info": {{}}}}'
    if told:
        (info / "direct_url.json").write_text(told)
    monkeypatch.setattr(surroundings, "distribution", lambda _: Distribution.at(info))
    assert surroundings.requirement()[0] == wanted


def test_the_ci_workflow_is_green_on_a_push_and_on_a_pull_request(plain: Callable[..., Shop], tmp_path: Path) -> None:
    shop = plain(TEST)
    shop.run("init")
    commit(shop)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "pip").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/installed\n')
    (tools / "factory").write_text(f'#!/bin/sh\nexec {sys.executable} -c "from factory.cli import main; main()" "$@"\n')
    for tool in tools.iterdir():
        executable(tool)
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    workflow = yaml.safe_load((shop.path / ".github/workflows/factory.yml").read_text())
    steps = [step["run"] for step in workflow["jobs"]["verify"]["steps"] if "run" in step]
    assert len(steps) == 4

    def git(at: Path, *words: str) -> None:
        subprocess.run(["git", "-C", str(at), *words], check=True, capture_output=True)

    git(shop.path, "branch", "work")
    for event in ("push", "pull_request"):
        at = tmp_path / event
        at.mkdir()
        git(at, "init", "-q", "-b", "elsewhere")
        git(at, "remote", "add", "origin", str(shop.path))
        git(at, "fetch", "-q", "origin")
        # a push checks its branch out; a pull request's merge commit belongs to no branch
        git(at, *(("checkout", "-q", "main") if event == "push" else ("checkout", "-q", "--detach", "origin/work")))
        for step in steps:
            ran = subprocess.run(["bash", "-e", "-c", step], cwd=at, env=env, capture_output=True, text=True)
            assert ran.returncode == 0, (event, step, ran)
    assert len((tmp_path / "installed").read_text().splitlines()) == 2


def test_where_nothing_can_sign_init_leads_to_an_unsigned_stamp_and_later_makes_the_key(
    plain: Callable[..., Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop, program = plain({}), signing.PROGRAM
    monkeypatch.setattr(signing, "PROGRAM", "no-such-keygen")
    done = shop.run("init")
    assert (done.code, (shop.path / signing.ALLOWED).exists()) == (0, False)
    assert "no key: stamps are not signed here, for there is no ssh-keygen on the PATH; install it" in done.out
    with (shop.path / "ssot/factory.toml").open("a") as settings:
        settings.write(WORKER)
    roadmap = shop.path / "D_ROADMAP.md"
    roadmap.write_text(roadmap.read_text().replace("| PLANNED |", "| IN_PROGRESS |"))
    commit(shop)
    assert (shop.run("run").code, shop.run("verify").code) == (0, 0)
    monkeypatch.setattr(signing, "PROGRAM", program)
    if signing.has_program():
        assert "made   " in shop.run("init").out
        shop.run("add", "Another", "--check", "grep -q two HELLO.md")
        roadmap.write_text(roadmap.read_text().replace("| PLANNED |", "| IN_PROGRESS |"))
        monkeypatch.setattr(signing, "PROGRAM", "no-such-keygen")
        commit(shop)
        for command in ("run", "dry"):
            told = shop.run(command)
            assert (told.code, "stamps are signed here, and there is no ssh-keygen" in told.err + told.out) == (4, True)


def test_what_an_installation_wrote_among_the_sources_is_named_for_rooms(plain: Callable[..., Shop]) -> None:
    shop = plain({**TEST, "src/shop/__init__.py": b"", ".gitignore": b"_version.py\n*.so\n__pycache__\nbuild\n"})
    for path in ("src/shop/_version.py", "src/shop/fast.so", "src/shop/__pycache__/_version.py", "build/_version.py"):
        (shop.path / path).parent.mkdir(parents=True, exist_ok=True)
        (shop.path / path).touch()
    assert shop.run("init").code == 0
    settings = read_settings((shop.path / "ssot/factory.toml").read_bytes())
    assert settings.sandbox.generated == ("src/shop/_version.py", "src/shop/fast.so")


# --- a start by double click -----------------------------------------------------------------------------------


def test_a_start_for_windows_is_laid_where_it_is_asked_for_and_over_nothing(plain: Callable[..., Shop]) -> None:
    shop = plain({})
    assert "run_factory" not in shop.run("init").out
    (shop.path / "run_factory.cmd").write_text("mine\n")
    said = shop.run("init", "--windows").out
    assert "kept   run_factory.cmd" in said
    assert "wrote  run_factory.ps1" in said
    assert (shop.path / "run_factory.cmd").read_text() == "mine\n"
    (shop.path / "run_factory.cmd").unlink()
    assert "wrote  run_factory.cmd" in shop.run("init", "--windows").out
    lines = (shop.path / "run_factory.cmd").read_bytes().split(b"\n")
    assert all(line.endswith(b"\r") for line in lines[:-1])
    for name in ("run_factory.cmd", "run_factory.ps1"):
        text = (shop.path / name).read_bytes()
        assert text.isascii()  # Windows PowerShell reads anything else in the console's old alphabet
        assert str(shop.path).encode() not in text


def test_the_powershell_parses_and_knows_a_folder_of_wsl(plain: Callable[..., Shop]) -> None:
    """No Windows is here: held by a grammar of the language, and by the pattern that it asks its own folder with."""
    import tree_sitter
    import tree_sitter_powershell

    shop = plain({})
    shop.run("init", "--windows")
    text = (shop.path / "run_factory.ps1").read_text(encoding="ascii")
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
    assert not parser.parse(text.encode()).root_node.has_error
    assert parser.parse(text.replace("{", "", 1).encode()).root_node.has_error
    found = re.search(r"-match '(.+)'\) \{", text)
    assert found
    asked = re.compile(found[1])
    for folder, wanted in (
        (r"\\wsl.localhost\Ubuntu-24.04\home\me\내 가게", ("Ubuntu-24.04", r"\home\me\내 가게")),
        (r"\\wsl$\Debian\srv", ("Debian", r"\srv")),
        (r"\\wsl$\Debian", ("Debian", None)),
        (r"C:\Users\me\shop", None),
        (r"\\server\wsl$\x", None),
    ):
        met = asked.match(folder)
        assert (met.groups() if met else None) == wanted
    line = re.search(r"--exec bash -lc '([^']*)' factory @args", text)
    assert line
    assert '"' not in line[1]  # Windows PowerShell hands on no double quote as it is
