"""Writes the example's day plan for this machine: `python make_plan.py REPOSITORY YYYYMMDD`."""

import json
import sys
import sysconfig
from pathlib import Path


def plan_text(root: str) -> str:
    """The plan with its root filled in."""
    return Path(__file__).with_name("dayplan.yaml").read_text().replace("STDLIB", json.dumps(root))


if __name__ == "__main__":
    repository, day = sys.argv[1:]
    at = Path(repository, "ssot", "plans", f"dayplan_{day}.yaml")
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(plan_text(sysconfig.get_path("stdlib")))
