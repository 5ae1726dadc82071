"""What hostile code tries from inside the sandbox, and does not get."""

from __future__ import annotations

import json
import os
import platform
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.sandbox.cgroup import places
from factory.sandbox.process import Finished
from factory.sandbox.sandbox import JobLimits, Sandbox
from tests.rooms.conftest import PYTHON

Inside = Callable[..., Finished]


def said(finished: Finished) -> str:
    assert finished.code == 0, finished.stderr.decode()
    return finished.stdout.decode().strip()


TRY = """
import os, sys
def attempt(f, *a, **k):
    try:
        r = f(*a, **k)
    except Exception as e:
        print("blocked", type(e).__name__, e)
    else:
        print("GOT THROUGH", r)
"""


def blocked(finished: Finished, times: int = 1) -> None:
    lines = said(finished).splitlines()
    assert len(lines) == times, lines
    assert all(line.startswith("blocked") for line in lines), lines


def test_it_cannot_write_outside_the_room(inside: Inside, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    os.chmod(target, 0o777)
    places = [f"{target}/x", "/x", "/usr/x", "/etc/x", "/dev/x", "/home/x", "/proc/sys/kernel/x", "/run/x"]
    blocked(inside(f"{TRY}\nfor p in {places!r}: attempt(open, p, 'w')"), len(places))
    assert not (target / "x").exists()


def test_it_cannot_read_the_home_or_the_hosts_files(inside: Inside, tmp_path: Path) -> None:
    key = tmp_path / "id_ed25519"
    key.write_text("private")
    key.chmod(0o644)
    homes = [
        str(key),
        str(Path.home()),
        "/etc/shadow",
        "/etc/hostname",
        os.path.expanduser("~root/.ssh"),
        "/var/lib",
        "/proc/1/root/etc/hostname",
    ]
    blocked(inside(f"{TRY}\nfor p in {homes!r}: attempt(os.open, p, 0)"), len(homes))


def test_it_cannot_reach_a_tcp_port_of_the_host(inside: Inside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        blocked(inside(f"import socket{TRY}\nattempt(socket.create_connection, {address!r}, 2)"))


def test_it_cannot_reach_the_hosts_unix_sockets(inside: Inside, tmp_path: Path) -> None:
    at, name = str(tmp_path / "s"), f"\0stampmill-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as path, socket.socket(socket.AF_UNIX) as abstract:
        for server, address in ((path, at), (abstract, name)):
            server.bind(address)
            server.listen()
        os.chmod(at, 0o777)
        script = f"import socket{TRY}\nfor a in {[at, name]!r}: attempt(socket.socket(socket.AF_UNIX).connect, a)"
        blocked(inside(script), 2)


def test_it_cannot_send_a_datagram_out(inside: Inside) -> None:
    script = f"import socket{TRY}\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
    blocked(inside(script + "attempt(s.sendto, b'x', ('192.0.2.1', 53))"))


def test_it_cannot_signal_trace_or_read_a_process_of_the_host(inside: Inside) -> None:
    pid = os.getpid()
    script = f"import ctypes{TRY}\nattempt(os.kill, {pid}, 0)\nattempt(open, '/proc/{pid}/environ')\n"
    script += "libc = ctypes.CDLL(None, use_errno=True)\n"
    script += "def trace():\n    if libc.ptrace(16, os.getppid(), 0, 0): raise OSError(ctypes.get_errno(), 'ptrace')\n"
    blocked(inside(script + "attempt(trace)\n"), 3)
    numbers = json.loads(
        said(inside("import os, json; print(json.dumps([p for p in os.listdir('/proc') if p.isdigit()]))"))
    )
    assert len(numbers) < 6


def syscalls(calls: dict[str, tuple[int, ...]]) -> str:
    script = f"import ctypes{TRY}\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    script += (
        "def call(n, *a):\n"
        "    r = libc.syscall(n, *a)\n"
        "    if r < 0: raise OSError(ctypes.get_errno(), 'no')\n"
        "    return r\n"
    )
    return script + "".join(f"attempt(call, *{numbers!r})\n" for numbers in calls.values())


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are x86_64's")
def test_it_cannot_make_namespaces_or_use_the_kernels_risky_parts(inside: Inside) -> None:
    calls = {
        "unshare user": (272, 0x10000000),
        "unshare mount": (272, 0x20000),
        "clone new user": (56, 0x10000000 | 17, 0, 0, 0, 0),
        "clone3": (435, 0, 0),
        "io_uring_setup": (425, 4, 0),
        "keyctl": (250, 0, -3, 1),
        "add_key": (248, 0, 0, 0, 0, 0),
        "bpf": (321, 0, 0, 0),
        "userfaultfd": (323, 0),
        "perf_event_open": (298, 0, 0, 0, 0, 0),
        "mount": (165, 0, 0, 0, 0, 0),
        "setns": (308, 3, 0),
        "personality": (135, 0x0040000),
        "socket vsock": (41, 40, 1, 0),
        "mknod device": (133, 0, 0x2000, 5),
        "x32 getpid": (0x40000000 + 39,),
        "TIOCSTI": (16, 0, 0x5412, 0),
        "pidfd_getfd": (438, 3, 0, 0),
    }
    finished = inside(syscalls(calls))
    blocked(finished, len(calls))
    assert "Bad address" not in finished.stdout.decode()
    errors = [line.split("[Errno ")[1].split("]")[0] for line in finished.stdout.decode().splitlines()]
    assert set(errors) == {"1", "38", "97"}  # the filter's own answers, not the kernel's


def test_it_cannot_reach_a_git_directory_of_the_host(inside: Inside, tmp_path: Path) -> None:
    hooks = tmp_path / "repository" / ".git" / "hooks"
    hooks.mkdir(parents=True)
    os.chmod(hooks, 0o777)
    config = hooks.parent / "config"
    config.write_text("[core]")
    config.chmod(0o666)
    blocked(
        inside(f"{TRY}\nattempt(open, {str(config)!r}, 'a')\nattempt(open, {str(hooks / 'post-commit')!r}, 'w')"), 2
    )


def test_a_fork_bomb_is_bounded(inside: Inside) -> None:
    script = (
        "import os, time\n"
        "n = 0\n"
        "try:\n"
        "    while True:\n"
        "        if os.fork() == 0: time.sleep(30)\n"
        "        n += 1\n"
        "except OSError: print(n)\n"
    )
    started = time.monotonic()
    assert int(said(inside(script, limits=JobLimits(processes=40)))) < 45
    assert time.monotonic() - started < 10


def test_one_huge_file_is_refused(inside: Inside) -> None:
    script = (
        f"import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN){TRY}\n"
        "f = open('big', 'wb')\n"
        "attempt(f.seek, 0)\n"
    )
    script = script.replace(
        "attempt(f.seek, 0)\n",
        "attempt(os.pwrite, f.fileno(), b'x' * 2_000_000, 0)\nattempt(os.truncate, 'big', 5 << 20)\n",
    )
    lines = said(inside(script, limits=JobLimits(file_mb=1))).splitlines()
    assert lines[0] == f"GOT THROUGH {1 << 20}"
    assert lines[1].startswith("blocked")


def test_filling_the_private_tmp_is_bounded(inside: Inside) -> None:
    script = (
        f"{TRY}\n"
        "def fill(at):\n"
        "    with open(at, 'wb') as f:\n"
        "        for _ in range(64): f.write(bytes(1 << 20)); f.flush()\n"
    )
    script += "for at in ('/tmp/x', '/dev/shm/x', os.path.expanduser('~/x')): attempt(fill, at)\n"
    blocked(inside(script, limits=JobLimits(scratch_mb=16)), 3)


def test_eating_memory_ends_the_eater(inside: Inside) -> None:
    script = "x = []\nfor _ in range(1000): x.append(bytearray(b'1') * (8 << 20))\nprint('ate it all')"
    finished = inside(script, limits=JobLimits(memory_mb=256))
    assert finished.code != 0
    assert b"ate it all" not in finished.stdout
    assert not finished.timed_out


@pytest.mark.skipif(not any(place.memory for place in places()), reason="no control group can be made here")
def test_memory_is_bounded_over_all_processes_together(inside: Inside) -> None:
    script = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        x = bytearray(b'1') * (100 << 20)\n"
        "        time.sleep(1)\n"
        "        os._exit(0)\n"
    )
    script += "print(sorted({os.wait()[1] for _ in range(8)}))"
    finished = inside(script, limits=JobLimits(memory_mb=256))
    assert finished.code != 0 or "9" in finished.stdout.decode()


def test_a_daemon_does_not_outlive_its_command(inside: Inside, tmp_path: Path) -> None:
    script = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        while True:\n"
        "            open('/room/beat', 'a').write('x'); time.sleep(0.05)\n"
        "    os._exit(0)\n"
        "time.sleep(0.5)"
    )
    assert inside(script).code == 0
    beats = (tmp_path / "room" / "beat").stat().st_size
    assert beats > 0
    time.sleep(0.4)
    assert (tmp_path / "room" / "beat").stat().st_size == beats


def test_nothing_lives_past_the_time_limit(inside: Inside, tmp_path: Path) -> None:
    script = (
        "import os, signal, time\n"
        "for s in (2, 15): signal.signal(s, signal.SIG_IGN)\n"
        "os.fork()\n"
        "while True:\n"
        "    open('/room/beat', 'a').write('x'); time.sleep(0.05)"
    )
    finished = inside(script, timeout=1.0)
    assert finished.timed_out
    assert finished.seconds < 3.0
    beats = (tmp_path / "room" / "beat").stat().st_size
    time.sleep(0.4)
    assert (tmp_path / "room" / "beat").stat().st_size == beats


CONTROLLER = """
import sys
from pathlib import Path
from factory.sandbox.probe import probe
from factory.sandbox.sandbox import Job
script = "while :; do echo x >> /room/beat; sleep 0.05; done"
probe(sys.argv[2]).run(Job(("sh", "-c", f"setsid sh -c '{script}' & {script}"), Path(sys.argv[1]), 60.0))
"""


@pytest.mark.parametrize("kind", ["bwrap", "none"])
def test_nothing_lives_when_the_controller_is_killed(kind: str, box: Sandbox, tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    os.chmod(room, 0o777)
    script = CONTROLLER if kind == "bwrap" else CONTROLLER.replace("setsid sh", "sh").replace("/room/", "./")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    controller = os.posix_spawn(PYTHON, [PYTHON, "-c", script, str(room), kind], env)
    until = time.monotonic() + 20
    while not (room / "beat").exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.3)
    os.kill(controller, signal.SIGKILL)
    os.waitpid(controller, 0)
    time.sleep(1.0)
    beats = (room / "beat").stat().st_size
    assert beats > 2
    time.sleep(0.5)
    assert (room / "beat").stat().st_size == beats
    places.cache_clear()  # as the next start finds them
    assert [left for place in places() for left in place.folder.glob(f"stampmill-{controller}-*")] == []
