"""`factory schedule`: what cron, systemd and Windows make of the text is the run that was meant, whatever the path."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
import shutil
import stat
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from factory.operator import schedulers
from factory.operator.nightly import Nightly, nightly
from tests.git.conftest import put
from tests.line.conftest import Answer, Shop
from tests.line.conftest import at as at
from tests.line.conftest import make as make

SEOUL = ZoneInfo("Asia/Seoul")
ODD = (
    "plain",
    "with a space",
    "내 프로젝트",
    "100%d %n",
    "it's",
    'a "quoted" one',
    "$HOME `x` ${y}",
    "back\\slash\\",
    "a&b;c|d>e",
)
RECORDS = '#!/bin/sh\n{ for word; do printf "%s\\n" "$word"; done; printf "PATH=%s KEY=%s\\n" "$PATH" "$A_KEY"; }\n'
NS = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Nightly:
    """A run on a path with such a name, by a Python that writes down what it is given."""
    place = tmp_path / str(request.param)
    place.mkdir()
    python = place / "python"
    python.write_text(RECORDS)
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    (place / "keys.env").write_text("A_KEY='one two'\n")
    begins = dt.datetime(2026, 11, 28, 23, 30, tzinfo=SEOUL)
    return Nightly(
        name="stampmill-odd-123456",
        repo=str(place),
        python=str(python),
        log=str(place / "night.log"),
        keys=str(place / "keys.env"),
        path=f"{place}/bin:/usr/bin:/bin",
        begins=begins,
        here=begins.astimezone(ZoneInfo("UTC")),
        words=("--until", "07:00"),
    )


def as_meant(run: Nightly) -> str:
    """What the Python that writes down has to have written."""
    words = ["-P", "-m", "factory", "run", "--until", "07:00", "--repo", run.repo]
    return "\n".join([*words, f"PATH={run.path} KEY=one two"]) + "\n"


def by_cron(command: str) -> str:
    """What cron hands to sh: up to the first `%` that has no backslash before it, and those backslashes gone."""
    found, escaped = "", False
    for letter in command:
        if escaped:
            found += "" if letter == "%" else "\\"
        elif letter == "%":
            break
        escaped = letter == "\\"
        found += "" if escaped else letter
    return found + ("\\" if escaped else "")


def by_systemd(word: str) -> str:
    """What systemd hands on of a word of a command: `$$` is a `$`, and `${NAME}` a variable, which is not set."""
    return re.sub(r"\$\$|\$\{\w+\}", lambda found: "$" if found[0] == "$$" else "", word)


def test_cron_starts_the_run_that_was_meant(odd: Nightly) -> None:
    *remarks, line = schedulers.cron(odd).splitlines()
    assert all(remark.startswith("#") for remark in remarks)
    minute, hour, *others, command = line.split(" ", 5)
    assert (minute, hour, others) == ("30", "14", ["*", "*", "*"])  # by this machine's clock
    assert "That is 14:30 by this machine's clock" in remarks[-1]
    subprocess.run(["/bin/sh", "-c", by_cron(command)], env={"PATH": "/usr/bin:/bin"}, check=True)
    assert Path(odd.log).read_text(encoding="utf-8") == as_meant(odd)


def test_windows_starts_the_run_that_was_meant(odd: Nightly) -> None:
    text = schedulers.windows(odd, "Ubuntu 24.04")
    task = ET.fromstring(text.encode("utf-16"))
    assert task.findtext(f".//{NS}Command") == "wsl.exe"
    assert task.findtext(f".//{NS}StartBoundary") == "2026-11-28T14:30:00"
    assert [child.tag.removeprefix(NS) for child in task] == ["RegistrationInfo", "Triggers", "Settings", "Actions"]
    said = task.findtext(f".//{NS}Arguments") or ""
    found = re.fullmatch(r'-d "Ubuntu 24\.04" --exec /bin/sh -c "([^"%\\$`]*)"', said)  # nothing that Windows reads
    assert found
    subprocess.run(["/bin/sh", "-c", found[1]], env={"PATH": "/usr/bin:/bin"}, check=True)
    assert Path(odd.log).read_text(encoding="utf-8") == as_meant(odd)


def test_systemd_starts_the_run_that_was_meant(odd: Nightly) -> None:
    service = schedulers.units(odd)["stampmill-odd-123456.service"]
    values = dict(line.split("=", 1) for line in service.splitlines() if "=" in line)
    first, *words = shlex.split(values["ExecStart"].replace("%%", "%"))  # its double quotes are the shell's
    given = [first, *(by_systemd(word) for word in words)]
    if given[0] == "/bin/sh":  # systemd starts no program with a quote or a backslash in its name
        assert given[1:3] == ["-c", 'exec "$0" "$@"']
        given = given[3:]
    assert given == list(odd.command)
    started = subprocess.run([first, *(by_systemd(word) for word in words)], capture_output=True, check=True)
    assert started.stdout.decode().splitlines()[:-1] == list(odd.command[1:])
    assert shlex.split(values["Environment"].replace("%%", "%")) == [f"PATH={odd.path}"]
    assert values["EnvironmentFile"].replace("%%", "%") == f"-{odd.keys}"
    assert not any(line.endswith("\\") for line in service.splitlines())  # the next line would be of the same


def test_systemd_itself_finds_no_fault(odd: Nightly, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here; the units are held by their shape alone")
    units = tmp_path / "units"
    units.mkdir()
    for name, text in schedulers.units(odd).items():
        (units / name).write_text(text, encoding="utf-8")
    names = [str(path) for path in sorted(units.iterdir())]
    asked = ["systemd-analyze", "--user", "verify", "--man=no", "--generators=no", *names]
    env = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path), "SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "stampmill" in line or str(tmp_path) in line]
    assert (ours, done.returncode) == ([], 0), done.stderr


def test_systemd_itself_names_a_program_that_is_not_there(odd: Nightly, tmp_path: Path) -> None:
    """So that the check above is one: it read the path as it is."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze here")
    if schedulers.SPECIAL.search(odd.python):
        pytest.skip("a shell starts this one, and systemd does not look at its words")
    name = "stampmill-odd-123456.service"
    (tmp_path / name).write_text(schedulers.units(replace(odd, python=f"{odd.repo}/absent"))[name], encoding="utf-8")
    asked = ["systemd-analyze", "--user", "verify", "--man=no", "--generators=no", str(tmp_path / name)]
    env = {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(asked, env=env, capture_output=True, text=True, check=False)
    assert f"Command {odd.repo}/absent is not executable" in done.stderr


def test_the_script_for_systemd_lays_the_units_as_they_are(odd: Nightly, tmp_path: Path) -> None:
    script = schedulers.systemd(odd).replace("systemctl", "true")
    subprocess.run(["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / "h")}, check=True)
    laid = tmp_path / "h" / ".config/systemd/user"
    assert {path.name: path.read_text(encoding="utf-8") for path in laid.iterdir()} == schedulers.units(odd)


def test_a_line_that_cron_would_cut_is_none(odd: Nightly) -> None:
    long = replace(odd, path=":".join(f"/usr/local/some/folder/{n}" for n in range(40)))
    assert all(line.startswith("#") for line in schedulers.cron(long).splitlines())
    assert "cron takes 998 characters in a line" in schedulers.cron(long)


# --- the command -----------------------------------------------------------------------------------------------


def test_it_prints_one_kind_or_all_and_writes_nothing(make: Callable[..., Shop]) -> None:
    shop = make("D-1 One")
    before = sorted(shop.path.rglob("*")), sorted(Path(os.environ["HOME"]).rglob("*"))
    every = shop.run("schedule")
    assert (every.code, every.err) == (0, "")
    for kind in ("cron", "systemd", "windows"):
        one = shop.run("schedule", "--kind", kind)
        assert one.code == 0
        assert one.out.strip() in every.out
    told = shop.run("schedule", "--at", "22:15", "--until", "", "--forever", "--json").json
    assert told["command"][4:] == ["run", "--forever", "--repo", str(shop.path)]
    assert "OnCalendar=*-*-* 22:15:00 Asia/Seoul" in told["units"][f"{told['name']}.timer"]
    assert (sorted(shop.path.rglob("*")), sorted(Path(os.environ["HOME"]).rglob("*"))) == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--kind", "upstart"), "there is no kind 'upstart'; use one of cron, systemd, windows, all"),
        (("--at", "25:00"), "'25:00' is no time"),
        (("--at", "2026-11-29T22:00"), "--at 2026-11-29T22:00 is no time of day; write it as 23:30"),
        (("--until", "late"), "'late' is no time"),
    ],
)
def test_what_cannot_be_used_is_one_line(make: Callable[..., Shop], words: tuple[str, ...], said: str) -> None:
    answer = make("D-1 One").run("schedule", *words)
    assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
    assert said in answer.err


def test_a_path_with_a_line_break_is_one_line(at: Callable[[Path], Shop], tmp_path: Path) -> None:
    from factory.git.repo import Repo

    path = tmp_path / "two\nlines"
    path.mkdir()
    Repo.create(path)
    with Repo(path) as repo:
        put(repo, {"a.txt": b"a\n"})
    answer: Answer = at(path).run("schedule")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "a scheduler cannot be told of this path" in answer.err


def test_its_hour_is_the_factorys_and_the_machines_clock_is_told(make: Callable[..., Shop]) -> None:
    shop = make("D-1 One")
    noon = dt.datetime(2026, 11, 28, 12, 0, tzinfo=SEOUL).timestamp()
    run = nightly(shop.path, {"TZ": "America/New_York", "PATH": "/usr/bin:/mnt/c/Windows:/usr/bin"}, noon, "23:30", ())
    assert (run.begins.isoformat(), run.here.isoformat()) == ("2026-11-28T23:30:00+09:00", "2026-11-28T09:30:00-05:00")
    assert run.path == "/usr/bin"
    later = nightly(shop.path, {"TZ": "Asia/Seoul"}, noon + 43_000, "23:30", ())
    assert later.here.isoformat() == "2026-11-29T23:30:00+09:00"
    assert "by this machine's clock" not in schedulers.cron(later)
