"""One concept has one home: owned names and clones."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.guards.cases import by_hand, changed, found, said

ROOT = Path(__file__).parents[2]

NAMES = (
    '[[owner]]\nname = "readiness"\nhome = "src/score.py"\n[[owner]]\nregex = "parse_\\\\w+"\nhome = "src/parse.py"\n'
)
CLONES = '[clones]\nmin_tokens = 30\nmin_lines = 5\npaths = ["src/**"]\n'
HOME = """
    def readiness(done, total, weight=1.0):
        if total <= 0:
            return 0.0
        ratio = done / total
        penalty = max(0.0, (total - done) * 0.01)
        return max(0.0, min(1.0, ratio * weight - penalty))
    """
COPY = HOME.replace("readiness", "fitness").replace("ratio", "r").replace("penalty", "p").replace("0.01", "0.02")
OTHER = "def area(w, h):\n    if w < 0 or h < 0:\n        raise ValueError(w, h)\n    return w * h\n"


def names(files: dict[str, str]) -> list[str]:
    return said(by_hand({"ssot/welding.toml": NAMES, "src/score.py": HOME, **files}), "welding")


def test_a_second_definition_is_named_with_its_line() -> None:
    why = "defines readiness, whose one home is src/score.py; import it from there"
    assert names({"src/b.py": "\n\ndef readiness(x): return x\n"}) == [f"src/b.py:1: {why}"]
    assert names({"src/b.py": "x = 1\nreadiness = lambda x: x\n"}) == [f"src/b.py:2: {why}"]
    assert names({"src/b.py": "class readiness: pass\n"}) == [f"src/b.py:1: {why}"]


def test_a_regular_expression_owns_whole_names() -> None:
    assert len(names({"src/b.py": "def parse_date(x): return x\n"})) == 1
    assert names({"src/b.py": "def reparse_date(x): return x\n"}) == []


def test_using_the_name_is_no_definition() -> None:
    uses = "from score import readiness\nready = readiness(1, 2)\ndef f():\n    readiness = 3\n    return readiness\n"
    assert names({"src/b.py": uses + "class A:\n    def readiness(self): return 1\n"}) == []
    assert names({"src/b.py": "def readiness_of(x): return x\n", "docs/a.md": "def readiness(x):\n"}) == []


def test_a_method_counts_where_the_policy_says_so() -> None:
    policy = NAMES.replace('home = "src/score.py"', 'home = "src/score.py"\nmethods = true')
    case = by_hand({"ssot/welding.toml": policy, "src/b.py": "class A:\n    def readiness(self): return 1\n"})
    assert len(said(case, "welding")) == 1


def test_a_renamed_copy_is_found_with_both_places() -> None:
    case = changed({"ssot/welding.toml": CLONES, "src/score.py": HOME, "src/o.py": OTHER}, {"src/b.py": COPY})
    (finding,) = found(case, "welding")
    assert (finding.path, finding.line) == ("src/b.py", 1)
    assert "a copy of src/score.py:1" in finding.message


def test_other_code_is_no_copy() -> None:
    assert said(changed({"ssot/welding.toml": CLONES, "src/score.py": HOME}, {"src/o.py": OTHER}), "welding") == []


def test_a_table_whose_rows_look_alike_is_no_copy() -> None:
    rows = "".join(f"    ('name {n}', {n}, 'text {n}', {n} * 2),\n" for n in range(40))
    assert said(changed({"ssot/welding.toml": CLONES}, {"src/t.py": f"T = (\n{rows})\n"}), "welding") == []


def test_copies_outside_the_watched_paths_are_let_pass() -> None:
    case = changed({"ssot/welding.toml": CLONES, "src/score.py": HOME}, {"docs/b.py": COPY, "tests/b.py": COPY})
    assert said(case, "welding") == []


def test_a_copy_that_the_base_has_already_is_let_pass_also_when_it_moves() -> None:
    base = {"ssot/welding.toml": CLONES, "src/score.py": HOME, "src/b.py": COPY}
    assert said(changed(base, {"src/b.py": "\n\nx = 1\n" + COPY}), "welding") == []
    assert said(changed(base, {"src/b.py": "\0gone", "src/c.py": COPY}), "welding") == []
    assert len(said(changed(base, {"src/c.py": COPY}), "welding")) >= 1
    assert len(said(by_hand(base), "welding")) == 1


def test_no_policy_judges_nothing() -> None:
    files = {"src/score.py": HOME, "src/b.py": COPY}
    assert said(by_hand(files), "welding") == []
    assert said(by_hand({**files, "ssot/welding.toml": "# [clones]\n"}), "welding") == []


def test_an_owner_without_a_name_is_a_mistake() -> None:
    case = by_hand({"ssot/welding.toml": '[[owner]]\nhome = "a.py"\n'})
    assert "either a name or a regex" in said(case, "welding")[0]


def source_of(concept: str, home: str) -> str:
    text = (ROOT / home).read_text()
    node = next(n for n in ast.parse(text).body if isinstance(n, ast.ClassDef) and n.name == concept)
    return ast.get_source_segment(text, node) or ""


@pytest.mark.parametrize(
    ("concept", "home"),
    [
        ("Record", "factory/records/record.py"),
        ("Half", "factory/records/halves.py"),
        ("Crew", "factory/line/crew.py"),
        ("Lander", "factory/line/lander.py"),
    ],
)
def test_a_class_that_is_copied_into_a_second_module_of_this_house_is_named(concept: str, home: str) -> None:
    """Also as an alias, beneath a condition, and where a type checker alone reads it; not where it is imported."""
    policy = (ROOT / "ssot/welding.toml").read_text().partition("[clones]")[0]
    base = {"ssot/welding.toml": policy, home: (ROOT / home).read_text()}
    copy = source_of(concept, home)
    second = "factory/trucks/second.py"
    for text in (
        copy,
        f"if TYPE_CHECKING:\n{indented(copy)}",
        f"{concept} = dict[str, object]\n",
        f"{concept}: T = dict\n",
    ):
        (finding,) = found(changed(base, {second: text}), "welding")
        assert (finding.path, finding.rule) == (second, "welding/home")
        assert f"defines {concept}, whose one home is {home}" in finding.message
    use = f"from {home.removesuffix('.py').replace('/', '.')} import {concept}\nx: {concept}\n"
    assert said(changed(base, {second: use}), "welding") == []


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines())


def test_a_concept_under_another_name_is_found_as_a_copy_by_this_houses_own_policy() -> None:
    home = "factory/records/halves.py"
    base = {"ssot/welding.toml": (ROOT / "ssot/welding.toml").read_text(), home: (ROOT / home).read_text()}
    other = "from factory.model import Value\n\n\n" + source_of("Half", home).replace("class Half", "class Part")
    findings = found(changed(base, {"factory/trucks/part.py": other}), "welding")
    assert [finding.rule for finding in findings] == ["welding/copy"]
