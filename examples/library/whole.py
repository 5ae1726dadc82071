"""The example at full scale, checked: `python examples/library/whole.py [FOLDER [ROOT]]`.

Makes a repository in FOLDER (default: a temporary one) with a day plan over ROOT (default: the standard library),
runs the factory on it, kills it twice on the way, and holds what was stamped against `count.py`, which counts by
other means. Prints its figures as JSON; ends with an error where anything differs.
"""

import collections
import datetime
import json
import pathlib
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE))

from count import count  # noqa: E402
from make_plan import write_plan  # noqa: E402

FACTORY = (sys.executable, "-c", "from factory.cli import main; main()")
SETTINGS = '[factory]\ntimezone = "UTC"\n\n[gate]\ndoctor = ["true"]\nfast = []\nregression = []\n'


def git(repo: pathlib.Path, *args: str) -> str:
    identity = ("-c", "user.name=example", "-c", "user.email=example@localhost")
    return subprocess.run(("git", *identity, *args), cwd=repo, check=True, capture_output=True, text=True).stdout


def factory(repo: pathlib.Path, *args: str) -> str:
    return subprocess.run((*FACTORY, *args), cwd=repo, check=True, capture_output=True, text=True).stdout


def prepare(repo: pathlib.Path, root: str, day: str) -> None:
    """A repository with the factory's files and the day's plan, committed."""
    repo.mkdir(parents=True, exist_ok=True)
    git(repo, "init", "-q", "-b", "main")
    factory(repo, "init")
    (repo / "ssot/factory.toml").write_text(SETTINGS)
    write_plan(repo, root, day)
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "a day plan over the library")


def run(repo: pathlib.Path, kill_after: int = 0) -> int:
    """A run to its end, or killed after so many stamps; how many it made."""
    stamps = 0
    with subprocess.Popen((*FACTORY, "run"), cwd=repo, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = ""
        for line in running.stdout:
            stamps += " stamped " in line and "factory" not in line
            if stamps == kill_after > 0:
                running.send_signal(signal.SIGKILL)
    if running.returncode != (-signal.SIGKILL if kill_after else 0):
        raise SystemExit(f"factory run ended with {running.returncode}: {line}")
    return stamps


def records(repo: pathlib.Path, paths: list[str]) -> list[dict[str, object]]:
    return [json.loads(line) for path in paths for line in git(repo, "show", f"main:{path}").splitlines()]


def check(repo: pathlib.Path, root: str, day: str) -> dict[str, object]:
    """What was stamped, held against the independent count."""
    status = json.loads(factory(repo, "status", "--json"))["cards"]
    cards = status["cards"]
    by_type = collections.Counter(name.split("_")[1] for name in cards)
    output = {name: f"output/{day}/{name}.jsonl" for name in cards}
    index = records(repo, [path for name, path in output.items() if "_SCAN_" in name])
    tags = records(repo, [f"output/{day}/strike_list.jsonl"])
    strikes = records(repo, [path for name, path in output.items() if "_STRIKE_" in name])
    stamped = collections.Counter(named(repo))
    counted = count(root)
    by_path: dict[str, collections.Counter[str]] = {}
    for tag in tags:
        by_path.setdefault(tag["path"], collections.Counter())[tag["rule"]] += 1
    same = {
        "every card is DONE": status["counts"]["DONE"] == len(cards),
        "every card is stamped once": stamped == collections.Counter(list(cards)),
        "every file is indexed once": len(index) == len({record["path"] for record in index}),
        "the index is the count's": {r["path"]: r["sha256"] for r in index} == counted["files"],
        "the tags are the count's": by_path == counted["tags"],
        "every tag is struck once": places(strikes) == places(tags),
    }
    if wrong := [what for what, holds in same.items() if not holds]:
        raise SystemExit(f"it does not hold that {'; '.join(wrong)}")
    factory(repo, "verify")
    factory(repo, "check-consistency")
    return {"files": len(index), "tags": len(tags), "strikes": len(strikes), "cards": len(cards), **by_type,
            "trucks": sum(found["trucks"] for found in status["days"].values())}  # fmt: skip


def named(repo: pathlib.Path) -> list[str]:
    """The cards that main's stamps name."""
    found = git(repo, "log", "--first-parent", "--format=%(trailers:key=Factory-Cards,valueonly)", "main")
    return [word.partition("#")[0] for line in found.splitlines() for word in line.split()]


def places(found: list[dict[str, object]]) -> collections.Counter[tuple[object, ...]]:
    return collections.Counter((r["path"], r["start"], r["end"], r["rule"]) for r in found)


def whole(repo: pathlib.Path, root: str, kills: tuple[int, ...] = (20, 60)) -> dict[str, object]:
    day = datetime.datetime.now(datetime.UTC).strftime("%Y%m%d")
    prepare(repo, root, day)
    started = time.monotonic()
    stamps = sum(run(repo, kill_after) for kill_after in (*kills, 0))
    seconds = time.monotonic() - started
    figures = check(repo, root, day)
    return {**figures, "stamps told": stamps, "stamps": int(git(repo, "rev-list", "--count", "--first-parent",
            "--grep=^stamp(", "main")), "kills": len(kills), "seconds": round(seconds)}  # fmt: skip


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(tempfile.mkdtemp(), "library")
    print(json.dumps(whole(place, sys.argv[2] if len(sys.argv) > 2 else sysconfig.get_path("stdlib")), indent=1))
    print(place)
