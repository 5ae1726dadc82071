"""What hostile code tries from inside the sandbox, and does not get; and what honest code needs, and has."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.cgroup import places
from factory.errors import CouldNotRun
from factory.process import Finished
from factory.sandbox import SANDBOX_UID, Job, Limits, Sandbox, probe, python_paths
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


# --- the escape attempts ---------------------------------------------------------------------------------


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
        "/root/.ssh",
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
    assert int(said(inside(script, limits=Limits(processes=40)))) < 45
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
    lines = said(inside(script, limits=Limits(file_mb=1))).splitlines()
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
    blocked(inside(script, limits=Limits(scratch_mb=16)), 3)


def test_eating_memory_ends_the_eater(inside: Inside) -> None:
    script = "x = []\nfor _ in range(1000): x.append(bytearray(b'1') * (8 << 20))\nprint('ate it all')"
    finished = inside(script, limits=Limits(memory_mb=256))
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
    finished = inside(script, limits=Limits(memory_mb=256))
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
from factory.sandbox import Job, probe
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


# --- what honest code has --------------------------------------------------------------------------------


def test_the_environment_is_built_from_nothing(inside: Inside, monkeypatch: pytest.MonkeyPatch, python: Path) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "secret")
    env = json.loads(said(inside("import os, json; print(json.dumps(dict(os.environ)))", env={"MORE": "1"})))
    env.pop("LC_CTYPE", None)
    assert env == {
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/home/worker",
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "USER": "worker",
        "PWD": "/room",
        "MORE": "1",
    }


def test_it_runs_as_an_ordinary_user_without_rights(inside: Inside) -> None:
    status = said(inside("import os; print(os.getuid(), open('/proc/self/status').read())"))
    assert status.startswith(f"{SANDBOX_UID if os.getuid() == 0 else os.getuid()} ")
    for name in ("CapEff", "CapPrm", "CapBnd", "CapInh", "CapAmb"):
        assert f"{name}:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status


def test_it_may_write_its_room_its_home_and_tmp(inside: Inside, tmp_path: Path) -> None:
    script = (
        "import os, pathlib\n"
        "for p in ('/room/a/b', '/tmp/a/b', os.path.expanduser('~/a/b'), '/dev/shm/a/b'):\n"
        "    pathlib.Path(p).mkdir(parents=True)\n"
        "os.mkfifo('/tmp/f')"
    )
    said(inside(script))
    assert (tmp_path / "room/a/b").is_dir()


def test_what_is_bound_is_there_and_read_only_or_writable_as_asked(
    inside: Inside, box: Sandbox, tmp_path: Path
) -> None:
    plan, out, extra = tmp_path / "plan.json", tmp_path / "out", tmp_path / "extra"
    plan.write_text("the plan")
    for folder in (out, extra):
        folder.mkdir()
    os.chmod(out, 0o777)
    (extra / "data").write_text("data")
    tables = {"files": {"/factory/plan.json": plan}, "write": {"/factory/out": out}, "read": (extra,)}
    script = f"{TRY}\nprint(open('/factory/plan.json').read(), open({str(extra / 'data')!r}).read())\n"
    script += (
        "open('/factory/out/report', 'w').write('done')\n"
        f"for p in ('/factory/plan.json', {str(extra / 'data')!r}): attempt(open, p, 'w')\n"
    )
    first, *rest = said(inside(script, **tables)).splitlines()
    assert first == "the plan data"
    assert [line.split()[0] for line in rest] == ["blocked", "blocked"]
    assert (out / "report").read_text() == "done"
    job = Job((), tmp_path / "room", 1.0, **tables)  # type: ignore[arg-type]
    assert box.inside(job, plan) == "/factory/plan.json"
    assert box.inside(job, out / "report") == "/factory/out/report"
    assert box.inside(job, tmp_path / "room" / "a") == "/room/a"
    assert box.inside(job, extra) == str(extra)


def test_one_unix_socket_can_be_bound_in(inside: Inside, box: Sandbox, tmp_path: Path) -> None:
    at = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(at))
        os.chmod(at, 0o666)
        server.listen()
        where = box.inside(Job((), tmp_path / "room", 1.0, socket=at), at)

        def answer() -> None:
            with server.accept()[0] as client:
                client.sendall(b"hello")

        thread = threading.Thread(target=answer)
        thread.start()
        script = f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({where!r}); print(s.recv(9).decode())"
        assert said(inside(script, socket=at)) == "hello"
        thread.join()


def test_the_network_is_there_only_when_asked_for(inside: Inside) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        script = f"import socket; socket.create_connection({server.getsockname()!r}, 5); print('connected')"
        assert said(inside(script, network="full")) == "connected"


def test_a_descriptor_reaches_the_command(box: Sandbox, inside: Inside) -> None:
    reader, writer = os.pipe()
    try:
        said(inside(f"import os; os.write({writer}, b'hello')", pass_fds=(writer,)))
        assert os.read(reader, 9) == b"hello"
    finally:
        os.close(reader)
        os.close(writer)


def test_the_interpreter_of_the_tests_runs_inside(box: Sandbox, tmp_path: Path) -> None:
    if not os.access(os.path.realpath(sys.executable), os.X_OK):
        pytest.skip("this interpreter is below another user's home")
    room = tmp_path / "r"
    room.mkdir()
    os.chmod(room, 0o777)
    script = "import sys, pytest; print(sys.prefix)"
    finished = box.run(Job(("python", "-c", script), room, 30.0, python=Path(sys.executable)))
    assert said(finished) == sys.prefix


def test_a_virtual_environment_is_bound_with_its_base(tmp_path: Path) -> None:
    base, venv = tmp_path / "base", tmp_path / "venv"
    for prefix in (base, venv):
        (prefix / "bin").mkdir(parents=True)
    (base / "bin" / "python3.11").touch()
    (base / "bin" / "python3").symlink_to("python3.11")
    (venv / "bin" / "python").symlink_to(base / "bin" / "python3")
    (venv / "pyvenv.cfg").write_text(f"home = {base}/bin\n")
    assert set(python_paths(venv / "bin" / "python")) == {base, venv}
    assert python_paths(Path("/usr/bin/python3")) == ()


# --- how it ends -----------------------------------------------------------------------------------------


def test_a_commands_own_exit_code_comes_back(inside: Inside) -> None:
    assert [inside(f"raise SystemExit({n})").code for n in (0, 1, 77)] == [0, 1, 77]
    assert inside("import os; os.kill(os.getpid(), 9)").code == 128 + 9


def test_a_command_that_is_missing_is_127(box: Sandbox, tmp_path: Path) -> None:
    assert box.run(Job(("no-such-program",), tmp_path, 10.0)).code == 127


def test_a_box_that_cannot_be_made_is_no_result_of_the_command(box: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(CouldNotRun, match="nowhere"):
        box.run(Job(("true",), tmp_path / "nowhere", 10.0))


def test_stop_ends_a_job(inside: Inside) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    finished = inside("import time; time.sleep(60)", stop=stop)
    assert finished.stopped
    assert finished.seconds < 3.0


def test_jobs_run_side_by_side_from_threads(box: Sandbox, tmp_path: Path) -> None:
    codes: list[int] = []
    threads = [
        threading.Thread(
            target=lambda n=n: codes.append(box.run(Job(("sh", "-c", f"sleep 0.2; exit {n}"), tmp_path, 20.0)).code)
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0, 1, 2, 3]


def test_no_control_group_is_left_behind(inside: Inside) -> None:
    said(inside("print(1)"))
    assert [left for place in places() for left in place.folder.glob(f"stampmill-{os.getpid()}-*")] == []


@pytest.mark.parametrize("kind", ["docker", "podman"])
def test_an_engine_that_is_not_there_is_refused_with_a_remedy(kind: str) -> None:
    if shutil.which(kind):
        pytest.skip(f"{kind} is installed here")
    with pytest.raises(CouldNotRun, match="; install it, or use another"):
        probe(kind)  # type: ignore[arg-type]
