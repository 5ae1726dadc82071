"""A program is bounded in time and output, and nothing of its group outlives it."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

from factory.sandbox.process import Finished, Pipes, run
from tests.rooms.conftest import PYTHON

ENV = {"PATH": "/usr/bin:/bin"}


def shell(script: str, timeout: float = 20.0, **more: object) -> Finished:
    stop = more.pop("stop", None)
    return run(("sh", "-c", script), env=ENV, timeout=timeout, stop=stop, pipes=Pipes(**more))  # type: ignore[arg-type]


def dies(pid: int, seconds: float = 1.0) -> bool:
    """Whether a process is gone, or a zombie that somebody else must reap, within that time."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.02)
    return False


def test_exit_code_and_both_streams_are_kept_apart() -> None:
    finished = shell("echo out; echo err >&2; exit 3")
    assert (finished.code, finished.stdout, finished.stderr) == (3, b"out\n", b"err\n")
    assert (finished.timed_out, finished.stopped) == (False, False)


def test_a_signal_is_a_negative_code() -> None:
    assert shell("kill -KILL $$").code == -signal.SIGKILL


def test_the_environment_is_only_what_was_given(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("A_KEY", "secret")
    finished = run((PYTHON, "-c", "import os; print(sorted(os.environ))"), env={"ONLY": "1"}, timeout=20)
    assert b"ONLY" in finished.stdout
    assert b"A_KEY" not in finished.stdout
    assert b"HOME" not in finished.stdout


def test_a_missing_program_is_127_with_a_reason() -> None:
    finished = run(("no-such-program",), env=ENV, timeout=5)
    assert finished.code == 127
    assert b"no-such-program" in finished.stderr


def test_a_file_that_is_no_program_is_126(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("x")
    assert run((str(plain),), env=ENV, timeout=5).code == 126


def test_input_larger_than_a_pipe_arrives_whole() -> None:
    sent = os.urandom(1 << 20)
    assert run(("cat",), env=ENV, timeout=20, pipes=Pipes(stdin=sent)).stdout == sent


def test_input_that_nobody_reads_is_no_error() -> None:
    assert shell("exit 0", stdin=b"x" * (1 << 20)).code == 0


def test_a_timeout_is_kept() -> None:
    finished = shell("sleep 60", timeout=0.5)
    assert finished.timed_out
    assert 0.5 <= finished.seconds < 2.0


def test_a_program_that_ignores_the_gentle_signals_is_killed() -> None:
    finished = shell("trap '' INT TERM; while :; do sleep 0.1; done", timeout=0.3)
    assert finished.timed_out
    assert finished.code == -signal.SIGKILL
    assert finished.seconds < 4.0


def test_a_program_may_clean_up_when_it_is_interrupted(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    shell(f"trap 'echo bye > {mark}; exit 1' INT; while :; do sleep 0.05; done", timeout=0.5)
    assert mark.read_text() == "bye\n"


def test_a_flood_of_output_is_drained_and_its_ends_are_kept() -> None:
    finished = shell("echo first; head -c 30000000 /dev/zero; echo last", cap=1000)
    assert finished.code == 0
    assert b" bytes left out ...]" in finished.stdout
    assert finished.stdout.startswith(b"first\n")
    assert finished.stdout.endswith(b"last\n")
    assert len(finished.stdout) < 1100


def test_a_program_that_prints_for_ever_ends_at_its_time() -> None:
    finished = shell("yes", timeout=0.5, cap=1000)
    assert finished.timed_out
    assert b" bytes left out ...]" in finished.stdout
    assert finished.seconds < 3.0


def test_output_just_at_the_cap_is_whole() -> None:
    finished = shell("head -c 1000 /dev/zero | tr '\\0' x", cap=1000)
    assert finished.stdout == b"x" * 1000


def test_children_left_in_the_background_are_killed_at_the_end() -> None:
    finished = shell("sleep 60 & echo $!")
    assert finished.seconds < 0.9  # they hold its pipes: it ends at once only because they are killed first
    assert dies(int(finished.stdout))


def test_children_are_killed_with_their_parent_on_timeout() -> None:
    finished = shell("sleep 60 & echo $!; wait", timeout=0.3)
    assert finished.timed_out
    assert dies(int(finished.stdout))


def test_a_process_that_left_the_group_does_not_hold_the_caller() -> None:
    finished = shell("setsid sleep 20 & echo $!")
    assert finished.seconds < 4.0
    os.kill(int(finished.stdout), signal.SIGKILL)


def test_the_callers_stop_ends_it() -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    finished = shell("sleep 60", stop=stop)
    assert finished.stopped
    assert not finished.timed_out
    assert finished.seconds < 2.0


def test_an_exception_in_the_caller_leaves_nothing(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    old = signal.signal(signal.SIGALRM, _raise)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        shell(f"echo $$ > {mark}; sleep 60")
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("the exception did not come through")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)
    assert dies(int(mark.read_text()))


def _raise(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_descriptor_is_passed_on_request_and_not_otherwise() -> None:
    reader, writer = os.pipe()
    try:
        assert shell(f"echo hello >/dev/fd/{writer}", pass_fds=(writer,)).code == 0
        assert os.read(reader, 10) == b"hello\n"
        assert shell(f"echo hello >/dev/fd/{writer}").code != 0
    finally:
        os.close(reader)
        os.close(writer)
