"""Keys and signals in a real terminal: the exit code of the contract, nothing lost, and no child that hears them."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factory.sandbox import process
from tests.line.conftest import Shop
from tests.line.night import safe
from tests.terminal.conftest import Open
from tests.terminal.terminal import CTRL_C, CTRL_S, ROOT, Terminal

Go = Callable[[], None]


def children(pid: int) -> Iterator[int]:
    """Every process below this one."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from children(child)


def stands(shop: Shop) -> tuple[str, dict[str, str], float]:
    """What the factory says after a run: its state, the tickets' states, and the dollars that are booked."""
    found = shop.run("status", "--json").json
    return found["state"], {id: t["state"] for id, t in found["tickets"].items()}, found["budget"]["usd"]


HALF = ("RECOVERABLE", {"D-1": "DONE", "D-2": "PENDING"}, 0.0)
NOTHING = ("RECOVERABLE", {"D-1": "PENDING", "D-2": "PENDING"}, 0.0)
ALL = ("READY", {"D-1": "DONE", "D-2": "DONE"}, 0.0)


def test_ctrl_c_once_finishes_what_runs_and_no_child_is_in_the_terminals_session(
    opened: Open, shop: Shop, go: Go
) -> None:
    with opened("run") as terminal:
        found = list(children(terminal.child.pid))
        sessions = {os.getsid(pid) for pid in found}
        terminal.type(CTRL_C)
        terminal.says("finishing what runs; Ctrl-C again stops now")
        go()
        assert terminal.ends() == 130
        assert "1 stamped, 0 attempts failed; interrupted" in terminal.screen
    assert len(found) > 1
    assert terminal.child.pid not in sessions
    assert stands(shop) == HALF
    safe(shop)


def twice(terminal: Terminal) -> None:
    terminal.type(CTRL_C)
    terminal.says("finishing what runs")
    terminal.type(CTRL_C)


def killed(terminal: Terminal) -> None:
    terminal.child.terminate()


@pytest.mark.parametrize("ended", [twice, killed])
def test_ctrl_c_twice_or_a_polite_kill_stops_now_and_puts_the_attempt_back(
    ended: Callable[[Terminal], None], opened: Open, shop: Shop
) -> None:
    with opened("run") as terminal:
        ended(terminal)
        assert terminal.ends() == 130
        assert "stopping now" in terminal.screen
        assert "Traceback" not in terminal.screen
    assert stands(shop) == NOTHING
    safe(shop)


def test_a_window_that_is_shut_is_one_ctrl_c_though_the_shell_passes_it_on(opened: Open, shop: Shop, go: Go) -> None:
    with opened("run") as terminal:
        terminal.close()
        terminal.child.send_signal(signal.SIGHUP)
        time.sleep(0.2)
        go()
        assert terminal.ends() == 130
    assert stands(shop) == HALF
    safe(shop)


def test_under_nohup_a_run_outlives_its_terminal(opened: Open, shop: Shop, go: Go) -> None:
    with opened("run", ignored=(signal.SIGHUP,)) as terminal:
        terminal.close()
        go()
        assert terminal.ends() == 0
    assert stands(shop) == ALL


def test_a_terminal_that_is_held_holds_up_no_run(opened: Open, shop: Shop, go: Go) -> None:
    with opened("run") as terminal:
        terminal.type(CTRL_S)
        go()
        assert terminal.ends() == 0
    assert stands(shop) == ALL


def works(pid: int | str) -> bool:
    """Whether a process is there and not merely unburied: whoever has to bury it may take its time."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_ctrl_c_ends_a_gate_by_hand_at_once_with_one_line(opened: Open, shop: Shop, tmp_path: Path) -> None:
    shop.commit({"tools/regression.sh": f"touch {tmp_path}/gates; sleep 300\n"})
    with opened("gate") as terminal:
        terminal.until((tmp_path / "gates").exists, "the tier's start")
        begun, found = time.monotonic(), list(children(terminal.child.pid))
        terminal.type(CTRL_C)
        assert terminal.ends() == 130
        assert time.monotonic() - begun < 60
        assert terminal.screen.splitlines()[-1].endswith("factory: interrupted; `factory run` goes on where it was")
        assert "Traceback" not in terminal.screen
    assert found
    assert [pid for pid in found if works(pid)] == []


EARLY = """
import os, sys
class Slow:
    def find_spec(self, name, path, target=None):
        if name == "NAME":
            os.kill(os.getpid(), NUMBER)
sys.meta_path.insert(0, Slow())
for name in [name for name in sys.modules if name.partition(".")[0] in ("pathlib", "factory")]:
    del sys.modules[name]
from stampmill import main
main()
"""
LATER = """
import os
import factory.cli
factory.cli._speak_utf8 = lambda: os.kill(os.getpid(), NUMBER)
from stampmill import main
main()
"""
HEARD = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


def started(program: str, number: signal.Signals, name: str = "") -> process.Finished:
    program = program.replace("NAME", name).replace("NUMBER", str(int(number)))
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return process.run([sys.executable, "-c", program, "--version"], env=env, timeout=60)


@pytest.mark.parametrize("number", HEARD)
@pytest.mark.parametrize("name", ["pathlib", "factory", "factory.cli", "typer", "factory.faces.cli"])
def test_a_signal_while_the_program_is_loaded_is_an_interrupt_and_no_traceback(
    name: str, number: signal.Signals
) -> None:
    done = started(EARLY, number, name)
    assert (done.code, done.stdout, done.stderr) == (130, b"", b"")


@pytest.mark.parametrize("number", HEARD)
def test_a_signal_before_the_command_begins_is_an_interrupt_and_no_traceback(number: signal.Signals) -> None:
    done = started(LATER, number)
    assert (done.code, done.stdout, done.stderr) == (130, b"", b"")


def test_what_the_caller_has_ignored_stays_ignored_while_the_program_is_loaded() -> None:
    """`nohup`, or a script's `&`."""
    ignored = f"import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n{EARLY}"
    done = started(ignored, signal.SIGHUP, "factory.faces.cli")
    assert (done.code, done.stderr, done.stdout[:10]) == (0, b"", b"stampmill ")


def test_the_entry_point_loads_nothing_before_it_hears() -> None:
    told = "import sys; before = set(sys.modules); import stampmill; print(sorted(set(sys.modules) - before))"
    done = process.run([sys.executable, "-c", told], env={**os.environ, "PYTHONPATH": str(ROOT)}, timeout=60)
    assert done.stdout.decode() == "['__future__', 'stampmill']\n"


def test_while_the_controller_stands_still_no_childs_time_runs_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-Z and fg: the child went on, or waited for us to read it; that was not its own time."""
    looks = iter([0.0, 0.0, 1000.0])
    monkeypatch.setattr(process.time, "monotonic", lambda real=time.monotonic: next(looks, 0.0) or real() + 1000.0)
    done = process.run(["sh", "-c", "sleep 0.3; echo right"], env=dict(os.environ), timeout=20)
    assert (done.timed_out, done.stdout) == (False, b"right\n")
