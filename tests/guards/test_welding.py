"""One concept has one home: owned names and clones."""

from __future__ import annotations

from tests.guards.cases import by_hand, changed, found, said

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
