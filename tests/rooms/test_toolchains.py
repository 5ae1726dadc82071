"""The toolchains of a home: found in a room through the host's PATH, and nothing beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from factory.gate.absent import absent
from factory.sandbox.sandbox import SYSTEM_PATH, Job, Sandbox, Toolchains
from factory.sandbox.toolchains import tools

USUAL = tuple(SYSTEM_PATH.split(":"))
TELLS = "#!/bin/sh\necho {0}\n"
# Files of a home. A value that starts with > is a link.
HOME = {
    ".cargo/bin/rustup": '#!/bin/sh\ncat "$RUSTUP_HOME/settings.toml"; ls "$CARGO_HOME" | xargs\n',
    ".cargo/bin/cargo": ">rustup",
    ".cargo/credentials.toml": "token",
    ".cargo/registry/cache/a.crate": "",
    ".rustup/settings.toml": "stable\n",
    ".nvm/versions/node/v22/bin/node": TELLS.format("node"),
    ".nvm/versions/node/v22/lib/node_modules/npm/package.json": "{}",
    ".nvm/versions/node/v22/etc/npmrc": "token",
    ".npmrc": "token",
    "sdk/go1.24/bin/go": TELLS.format("go"),
    "sdk/go1.24/VERSION": "go1.24",
    "go/bin/gotestsum": TELLS.format("gotestsum"),
    "go/pkg/mod/x/a.go": "",
    ".pyenv/shims/python3.12": TELLS.format("python"),
    ".pyenv/libexec/pyenv": "",
    ".pyenv/versions/3.12.1/bin/python": "",
    ".sdkman/candidates/java/21/bin/java": TELLS.format("java"),
    ".sdkman/candidates/java/21/release": "",
    ".sdkman/candidates/java/current": ">21",
    ".deno/bin/deno": TELLS.format("deno"),
    ".local/bin/node": TELLS.format("another node"),
    ".local/lib/node_modules/npm/package.json": "{}",
    ".local/share/keyrings/login": "token",
    ".local/share/pipx/venvs/poetry/bin/poetry": TELLS.format("poetry"),
    "tools/poetry": ">../.local/share/pipx/venvs/poetry/bin/poetry",
}
FOLDERS = (
    *(".cargo/bin", ".nvm/versions/node/v22/bin", "sdk/go1.24/bin", "go/bin", ".pyenv/shims"),
    *(".sdkman/candidates/java/current/bin", ".deno/bin", ".local/bin"),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text in HOME.items():
        at = tmp_path / "home" / name
        at.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(">"):
            at.symlink_to(text[1:])
        else:
            at.write_text(text)
            at.chmod(0o755)
    return tmp_path / "home"


def environ(home: Path, *folders: str) -> dict[str, str]:
    return {"HOME": str(home), "PATH": ":".join([*(str(home / folder) for folder in folders), *USUAL, "relative"])}


def test_each_toolchain_is_found_in_a_room_and_no_token_is(home: Path, box: Sandbox, tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir(mode=0o777)
    found = tools(environ(home, *FOLDERS, "tools"))
    assert found.path == (*(str(home / folder) for folder in FOLDERS), *USUAL)
    script = "for it in cargo node go gotestsum python3.12 java deno; do $it; done; grep -rl token $0; poetry"
    ran = box.run(Job(("sh", "-c", script, str(home)), room, 30.0, tools=found))
    said = ran.stdout.decode().splitlines()
    assert said == ["stable", "bin registry", "node", "go", "gotestsum", "python", "java", "deno"]
    assert ran.code == 127
    assert f"`poetry` is in {home}/tools, which rooms do not show" in absent(
        ran.stderr.decode(), environ(home, *FOLDERS, "tools"), found
    )


def test_what_a_toolchain_says_of_itself_is_told(home: Path) -> None:
    found = tools(environ(home, *FOLDERS))
    cargo = {"CARGO_HOME": f"{home}/.cargo", "RUSTUP_HOME": f"{home}/.rustup"}
    java = {"JAVA_HOME": f"{home}/.sdkman/candidates/java/current"}
    assert found.env == {**cargo, **java, "GOMODCACHE": f"{home}/go/pkg/mod"}
    elsewhere = {**environ(home, ".cargo/bin"), "RUSTUP_HOME": f"{home}/sdk", "GOPATH": f"{home}/work"}
    assert tools(elsewhere).env == {**cargo, "RUSTUP_HOME": f"{home}/sdk"}


def test_a_folder_that_holds_more_than_programs_is_never_shown(home: Path) -> None:
    (home / "bin").mkdir()
    (home / "bin/go").write_text("")
    (home / "VERSION").write_text("")  # as if the home were a Go
    shown = tools(environ(home, "bin", ".local/bin")).read
    assert not {home, home / ".local", home / ".local/share"} & set(shown)
    assert tools(environ(home, *FOLDERS), kind="docker") == Toolchains()


def test_what_the_settings_show_is_found_and_the_order_is_the_persons(home: Path) -> None:
    path = f"/usr/bin:{home}/tools:/usr/local/bin:{home}/.deno/bin"
    found = tools({"PATH": path, "HOME": str(home)}, [home / "tools"])
    assert found.path == ("/usr/bin", f"{home}/tools", "/usr/local/bin", f"{home}/.deno/bin", "/bin")
    assert f"{home}/tools" in tools(environ(home, "tools"), kind="none").path  # no walls: all is there


@pytest.mark.parametrize(
    "said",
    ["sh: 1: poetry: not found", "/bin/bash: line 3: poetry: command not found", "env: 'poetry': No such file or directory",
     "make: poetry: No such file or directory", "prlimit: failed to execute poetry: No such file or directory", "/bin/sh: poetry: not found", "x\nmake[1]: poetry: No such file or directory\ny"],
)  # fmt: skip
def test_a_program_that_rooms_do_not_show_is_named_with_the_setting_to_write(home: Path, said: str) -> None:
    real = home / ".local/share/pipx/venvs/poetry"
    line = f'`poetry` is in {home}/tools, which rooms do not show: write `read = ["{home}/tools", "{real}"]` under'
    seen = tools(environ(home, "tools"))
    assert absent(said, environ(home, "tools"), seen).startswith(line)
    assert absent(said, environ(home, "tools"), tools(environ(home, "tools"), [home / "tools"])) == ""
    assert "not on this machine's PATH" in absent(said, environ(home), seen)


def test_one_in_a_usual_place_off_the_path_is_named(home: Path) -> None:
    line = absent("sh: 1: cargo: not found", environ(home), tools(environ(home)))
    assert line == f"`cargo` is in {home}/.cargo/bin, which was not on PATH when the factory was started: put it there"
    assert absent("E   ValueError: user not found", environ(home), tools(environ(home))) == ""
    assert os.environ["HOME"] != str(home)
