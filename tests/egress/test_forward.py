"""The forwarder: the one address that a room has, and the life of its command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from factory.egress.providers import GEMINI
from factory.injected import forward
from tests.egress.proxy import proxy
from tests.servers import Hang, Reply, gemini, serve

FORWARD = str(Path(forward.__file__))
CALL = "/v1beta/models/m:generateContent"
FETCH = f"""
import sys, urllib.request
url = f"http://127.0.0.1:{{sys.argv[1]}}{CALL}"
request = urllib.request.Request(url, b"{{}}", {{"content-type": "application/json"}})
print(urllib.request.urlopen(request, timeout=10).read().decode())
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def start(at: Path, *command: str, port: int | None = None) -> subprocess.Popen[bytes]:
    argv = [sys.executable, FORWARD, str(at), str(port or free_port()), "--", *command]
    return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end_of(process: subprocess.Popen[bytes]) -> tuple[int, bytes, bytes]:
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


def test_a_command_in_a_room_reaches_the_model_through_loopback(tmp_path: Path) -> None:
    port = free_port()
    with serve(gemini.WIRE, [Reply("hello")]) as server, proxy(GEMINI, "k", tmp_path / "s", upstream=server.url) as e:
        code, out, err = end_of(start(tmp_path / "s", sys.executable, "-c", FETCH, str(port), port=port))
        assert e.usage.tokens_in == 1000
    assert (code, err) == (0, b"")
    assert b"hello" in out


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137), ("kill -15 $$", 143)])
def test_the_exit_code_is_the_commands(script: str, code: int, tmp_path: Path) -> None:
    assert end_of(start(tmp_path / "s", "sh", "-c", script))[0] == code


def test_no_such_command_is_127_with_its_name(tmp_path: Path) -> None:
    code, _, err = end_of(start(tmp_path / "s", "no-such-command"))
    assert (code, b"no-such-command" in err) == (127, True)


def test_a_taken_port_is_97(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = end_of(start(tmp_path / "s", "true", port=taken.getsockname()[1]))
    assert (code, b"Address already in use" in err) == (97, True)


def test_a_missing_egress_refuses_the_connection_and_the_command_goes_on(tmp_path: Path) -> None:
    port = free_port()
    code, _, err = end_of(start(tmp_path / "s", sys.executable, "-c", FETCH, str(port), port=port))
    assert code == 1
    assert b"Error" in err


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def wait_for(question: object, seconds: float = 5) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if question():  # type: ignore[operator]
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_command_dies_with_the_forwarder(number: signal.Signals, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    process = start(tmp_path / "s", "sh", "-c", f"echo $$ > {note}; exec sleep 60")
    assert wait_for(lambda: note.exists() and note.read_text().strip())
    pid = int(note.read_text())
    os.kill(process.pid, number)
    assert end_of(process)[0] == (-9 if number is signal.SIGKILL else 143)
    assert wait_for(lambda: gone(pid))


def test_an_open_connection_does_not_hold_the_forwarder(tmp_path: Path) -> None:
    port = free_port()
    with serve(gemini.WIRE, [Hang(60)]) as server, proxy(GEMINI, "k", tmp_path / "s", upstream=server.url):
        script = f"{sys.executable} -c '{FETCH.replace(chr(39), chr(34))}' {port} & sleep 1; kill $!; exit 3"
        started = time.monotonic()
        code, _, _ = end_of(start(tmp_path / "s", "sh", "-c", script, port=port))
    assert code == 3
    assert time.monotonic() - started < 15


def test_the_forwarder_imports_the_standard_library_alone() -> None:
    import ast

    names = {
        n.split(".")[0]
        for node in ast.walk(ast.parse(Path(FORWARD).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for n in ([a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert names <= set(sys.stdlib_module_names)
