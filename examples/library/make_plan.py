"""Writes the example's day plan for this machine: `python make_plan.py REPOSITORY YYYYMMDD`."""

import json
import sys
import sysconfig
from pathlib import Path


def plan_text(root: str) -> str:
    """The plan with its root filled in."""
    return Path(__file__).with_name("dayplan.yaml").read_text().replace("STDLIB", json.dumps(root))


def write_plan(repository: Path, root: str, day: str) -> Path:
    """Writes the plan into a repository; where."""
    at = Path(repository, "ssot", "plans", f"dayplan_{day}.yaml")
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(plan_text(root))
    return at


if __name__ == "__main__":
    write_plan(Path(sys.argv[1]), sysconfig.get_path("stdlib"), sys.argv[2])
