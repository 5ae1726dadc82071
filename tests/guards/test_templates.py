"""What `init` writes as examples is what the guards and the settings take: with its # away, each parses and judges."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from factory.operator.init import template
from factory.operator.runners import NETWORK, NO_TESTS, PYTEST
from factory.ssot.read_settings import read_settings
from guards import run
from tests.guards.cases import by_hand, said

FENCE = re.compile(r"(?ms)^## (\w+)\n```toml\n(.*?)^```$")
GUARDS = Path(__file__).parents[2] / "docs/guards.md"
BAD = {
    "docops": ("docs/a.md", "It is TBD, see /home/kim.\n", ["docs/a.md:1: holds 'TBD'", "docs/a.md:1: holds '/home/"]),
    "welding": ("src/other.py", "def readiness():\n    pass\n", ["src/other.py:1: defines readiness"]),
    "engine_centricity": ("scripts/a.py", "class A:\n    pass\n", ["scripts/a.py:1: "]),
}


def example(name: str) -> str:
    """The commented example of a template: what stands below its prose."""
    _, _, lines = template(name).partition("\n#\n")
    return "".join(f"{line.removeprefix('#').removeprefix(' ')}\n" for line in lines.splitlines())


@pytest.mark.parametrize("guard", BAD)
def test_a_policys_example_judges_once_its_sign_is_taken_away(guard: str) -> None:
    path, content, found = BAD[guard]
    files = {f"ssot/{guard}.toml": example(f"{guard}.toml"), path: content}
    lines = said(by_hand(files), guard)
    assert len(lines) == len(found)
    assert all(line.startswith(start) for line, start in zip(lines, found, strict=True)), lines
    untouched = files | {f"ssot/{guard}.toml": template(f"{guard}.toml")}
    assert said(by_hand(untouched), guard) == []


@pytest.mark.parametrize("gate", [PYTEST, NO_TESTS])
def test_each_worker_that_the_settings_offer_may_be_chosen(gate: str) -> None:
    text = template("factory.toml").replace("@GATE@", gate).replace("@PRODUCT@", "").replace("@ZONE@", "UTC")
    text = text.replace("@SANDBOX@", NETWORK if gate == PYTEST else "")
    offered = re.findall(r"(?m)^# (\[workers\.default\]\n(?:# \w.*\n)+)", text)
    assert len(offered) == 3
    for one in offered:
        settings = read_settings((text + one.replace("\n# ", "\n")).encode())
        assert "default" in settings.workers


def test_the_policies_that_the_guards_page_shows_are_taken() -> None:
    shown = dict(FENCE.findall(GUARDS.read_text(encoding="utf-8")))
    assert shown.keys() == BAD.keys()
    for guard, policy in shown.items():
        policy = policy.replace('mode = "strict" ', 'mode = "allow-listed" ')
        assert tomllib.loads(policy)
        assert run(by_hand({f"ssot/{guard}.toml": policy}), [guard]) == {guard: ()}
