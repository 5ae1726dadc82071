from __future__ import annotations

import pytest

from factory.cards.card import TYPES
from factory.cards.crosscheck import read_day_plan
from factory.cards.dayplan import DayPlan, day_of, read_week_plan
from factory.cards.places import day_plan_path, week_plan_path
from factory.errors import Mistake
from tests.cards.plans import DAY, PLAN, plan

WEEK = "ssot/plans/weekplan_202647.yaml"
WRONG = [
    ("type: SCAN, ", "", 9, "cards.scan.type is missing"),
    (", accept: {schema: tag}", "", 10, "cards.tag.accept is missing"),
    ("accept: {schema: tag}", "accept: {}", 10, "asks for nothing"),
    ("type: SCAN", "type: SCAM", 9, "there is no SCAM"),
    ("lane: 2", "lane: 5", 10, "there is no 5"),
    ("1: {name", "9: {name", 4, "less than or equal to 8"),
    ("per: 2, accept: {schema: index", "per: 0, accept: {schema: index", 9, "cards.scan.per"),
    ("source: code", "source: cod", 9, "there is no cod"),
    ("after: scan", "after: seal", 10, "above this one"),
    ("[greet, marks]", "[greet, marx]", 10, "there is no marx"),
    ("rules: [greet, marks], ", "", 10, "needs rules"),
    ("source: code, ", "", 9, "needs a source"),
    ("after: tag, ", "", 11, "needs a source, or templates"),
    ("follow: strike", "follow: strick", 10, "there is no strick"),
    (", follow: strike", "", 13, "0 strike lists"),
    ("  strike: {type", "  tag: {type", 13, "a name under cards too"),
    ("{schema: strike}", "{schema: strick}", 13, "there is no strick"),
    ("{schema: strike}", "{schema: {path: text}}", 13, "path is of no known type"),
    ("goal: Index", "output: ../x\ngoal: Index", 1, "not a path inside the repository"),
    ("after: scan, rules", "source: code, rules", 10, "reads an index"),
    ("follow:\n", "  hit: {type: STRIKE, lane: 3, accept: {count: 1}}\nfollow:\n", 12, "put the template under follow"),
    ("{type: STRIKE, lane: 3,", "{type: STRIKE, lane: 3, source: code,", 13, "takes its files from the tags"),
    ("{type: STRIKE, lane: 3,", "{type: STRIKE, lane: 3, follow: report,", 13, "feeds no other"),
    ("{type: SEAL, lane: 8, after: tag,", "{type: SEAL, lane: 8, follow: strike, after: tag,", 11, "only TAG cards"),
    ('regex: "X{3}"', 'regex: X, ast: x', 7, "not both"),
    ('regex: "X{3}"', 'where: {size: 1}, fix: x', 7, "no text to replace"),
    ("goal: Index", "gaol: Index", 1, "unknown key gaol"),
    ("goal: Index, tag, strike", "goal: ''", 1, "goal"),
    ("exclude:", "exlude:", 3, "unknown key sources.code.exlude"),
    ('["src/**/*.py"]', "[]", 3, "sources.code.globs"),
    ("{globs:", "{root: src, globs:", 3, "absolute folder"),
    ('"X{3}"', '"(X"', 7, "not a regular expression"),
    ('regex: "X{3}"', 'regex: "X", fix: \'\\1\'', 7, "does not go with the regex"),
    ('regex: "X{3}", ', "", 7, "a rule needs"),
    ('ast: "print($A)"', 'ast: "except:"', 6, "not whole python"),
    ('ast: "print($A)"', "ast: {kind: no_kind}", 6, "no_kind"),
    ('ast: "print($A)"', 'language: klingon, ast: "x"', 6, "no grammar"),
    ("report: a mark", "report: *mark", 7, "alias"),
    ("report: say it in the log}", "report: &say log}\n  too: {regex: x, report: *say}", 6, "an alias"),
    ("lanes: {", "lanes: {1: scan, ", 4, "1 is written twice"),
    ("tag: {type: TAG", "scan: {type: TAG", 10, "scan is written twice"),
    ("goal: Index", "? [goal]\n: Index", 1, "no plain word"),
    ("goal: Index, tag, strike", "goal: 2026-13-45", 1, "month must be in"),
    ("goal: Index", "goal: [Index", 2, "expected"),
    ("goal: Index", "goal: !!python/object:os.system Index", 1, "could not determine a constructor"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "says"), WRONG)
def test_a_mistake_in_a_plan_names_file_and_line(old: str, new: str, line: int, says: str) -> None:
    text = PLAN.replace(old, new, 1)
    assert text != PLAN
    with pytest.raises(Mistake) as error:
        plan(text)
    assert str(error.value).startswith(f"{DAY}:{line}: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_plan_of_thirty_lines_is_read_and_one_of_thirty_one_is_refused() -> None:
    padding = "# a remark\n" * (30 - PLAN.count("\n"))
    assert plan(PLAN + padding).value.goal == "Index, tag, strike"
    with pytest.raises(Mistake, match=r":31: 31 lines; a plan has at most 30"):
        plan(PLAN + padding + "# one more\n")


def test_a_plan_nested_too_deep_is_a_mistake_and_no_crash() -> None:
    with pytest.raises(Mistake, match="nested too deep"):
        plan("goal: " + "[" * 100_000)


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"goal: \xff\n"])
def test_what_is_no_plan_is_a_mistake(content: bytes) -> None:
    with pytest.raises(Mistake, match=f"{DAY}:1: "):
        read_day_plan(DAY, content)


def test_short_forms_say_the_same_as_long_ones() -> None:
    short = PLAN.replace('{globs: ["src/**/*.py"], exclude: ["src/old/**"]}', '"src/**/*.py"')
    assert plan(short).value.sources["code"].globs == ("src/**/*.py",)
    assert plan().value.lanes[3].name == "strike"
    assert plan().value.cards["tag"].after == ("scan",)


def test_types_are_open_to_more_by_configuration() -> None:
    text = PLAN.replace("goal: Index", "goal: More", 1).replace(
        "follow:\n", "  look: {type: AUDIT, lane: 8, after: tag, accept: {command: test -s x}}\nfollow:\n"
    )
    with pytest.raises(Mistake, match="there is no AUDIT"):
        read_day_plan(DAY, text.encode())
    assert read_day_plan(DAY, text.encode(), types=TYPES | {"AUDIT"}).value.cards["look"].type == "AUDIT"


@pytest.mark.parametrize("name", ["dayplan_20261341.yaml", "dayplan_2026.yaml", "plan.yaml", "dayplan_20261121.yml"])
def test_a_plan_without_its_day_in_its_name_is_refused(name: str) -> None:
    with pytest.raises(Mistake, match="named by its day"):
        read_day_plan(f"ssot/plans/{name}", PLAN.encode())


def test_a_week_is_the_iso_week_of_the_day() -> None:
    assert day_of(DAY) == "20261121"
    assert day_plan_path("20261121") == DAY
    assert week_plan_path("20261121") == WEEK
    assert week_plan_path("20270101") == "ssot/plans/weekplan_202653.yaml"


def goals(count: int) -> bytes:
    return b"goals:\n" + b"".join(b"  - {id: G%d, goal: Do it}\n" % number for number in range(count))


def test_a_week_has_three_to_five_goals() -> None:
    assert [len(read_week_plan(WEEK, goals(count)).value.goals) for count in (3, 4, 5)] == [3, 4, 5]
    for count in (2, 6):
        with pytest.raises(Mistake, match=f"{WEEK}:1: goals: "):
            read_week_plan(WEEK, goals(count))


def test_a_goal_id_stands_for_one_goal() -> None:
    with pytest.raises(Mistake, match=f"{WEEK}:3: goal G0 is written twice"):
        read_week_plan(WEEK, goals(3).replace(b"G1", b"G0"))


def test_every_key_of_a_plan_is_in_the_guide() -> None:
    from pathlib import Path

    from factory.cards.dayplan import Lane, Source, Template, WeekPlan
    from factory.cards.rule import RuleTerms

    guide = Path(__file__).parents[2].joinpath("docs", "cards.md").read_text()
    keys = {key for model in (DayPlan, Source, Lane, Template, RuleTerms, WeekPlan) for key in model.model_fields}
    assert [key for key in sorted(keys) if f"`{key}`" not in guide] == []
