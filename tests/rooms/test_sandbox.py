"""What honest code needs and has in the sandbox, and how a job ends."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sys
import threading
from pathlib import Path

import pytest

from factory.errors import CouldNotRun
from factory.sandbox.cgroup import places
from factory.sandbox.probe import probe
from factory.sandbox.process import run
from factory.sandbox.sandbox import SANDBOX_UID, Job, Sandbox, python_paths
from tests.rooms.test_escapes import TRY, Inside, said


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
    (extra / "ours").mkdir()
    (extra / "ours" / "code").write_text("code")
    tables = {
        "files": {"/factory/plan.json": plan}, "write": {"/factory/out": out}, "read": (extra,),
        "hide": (extra / "ours",),
    }  # fmt: skip
    script = f"{TRY}\nprint(open('/factory/plan.json').read(), open({str(extra / 'data')!r}).read())\n"
    script += (
        "open('/factory/out/report', 'w').write('done')\n"
        f"for p in ('/factory/plan.json', {str(extra / 'data')!r}): attempt(open, p, 'w')\n"
        f"attempt(open, {str(extra / 'ours' / 'code')!r}); attempt(open, {str(extra / 'ours' / 'new')!r}, 'w')"
    )
    first, *rest = said(inside(script, **tables)).splitlines()
    assert first == "the plan data"
    assert [line.split()[0] for line in rest] == ["blocked"] * 4
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


def test_limits_that_the_controller_was_given_are_kept_and_no_reason_to_refuse(box: Sandbox, tmp_path: Path) -> None:
    code = f"import factory.sandbox.sandbox as s, factory.sandbox.probe as p, pathlib; j = s.Job(('sh', '-c', 'ulimit -Hn'), pathlib.Path({str(tmp_path)!r}), 30.0); print(p.probe({box.kind!r}).run(j).stdout.decode())"
    few = ["sh", "-c", 'ulimit -n 64; exec "$@"', "sh", sys.executable, "-c", code]
    done = run(few, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, timeout=60)
    assert (done.stdout.strip(), done.stderr) == (b"64", b"")
