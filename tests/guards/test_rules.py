"""Each rule says what it forbids, why, and shows both sides of its border; the guards themselves judge the two."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import guards
from factory.errors import Mistake
from factory.model import Finding
from guards.case import Rule
from tests.corpus import cases
from tests.guards.examples import read

RULES = [rule for guard in guards.GUARDS for rule in guard.RULES.values()]
CORPUS = {case.layer for case in cases.every()} & set(guards.NAMES)


def named(rule: Rule) -> str:
    return rule.id


def broken(rule: Rule, example: str) -> set[str]:
    """By the rule's own guard. Git's own files are on the list of protected paths, whatever stands in them."""
    found = {found.rule for found in guards.run(read(example), [rule.guard])[rule.guard]}
    return found - ({"protected/path"} - {rule.id})


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_a_bad_example_breaks_its_rule_and_a_good_one_breaks_none(rule: Rule) -> None:
    assert broken(rule, rule.bad) == {rule.id}
    assert broken(rule, rule.good) == set()


def test_a_rule_is_named_by_its_guard_and_once() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for guard in guards.GUARDS:
        assert guard.RULES
        assert all(re.fullmatch(rf"{guard.NAME}/[a-z]+(?:-[a-z]+)*", rule.id) for rule in guard.RULES.values())
    assert all(text.rstrip(".") == text and len(text) < 120 for rule in RULES for text in (rule.forbids, rule.why))


def test_the_guards_that_the_corpus_of_cheats_holds_show_its_cheats() -> None:
    told = "\n".join(case.script for case in cases.every())
    taken = {rule.guard for rule in RULES if all(line in told for line in added(rule.bad))}
    assert len(CORPUS) >= 6
    assert taken >= CORPUS - {"secrets"}  # the key of the corpus is put together, too


def added(example: str) -> list[str]:
    return [line[1:] for line in example.split("\n") if line.startswith("+")] or ["\0"]


def test_every_finding_of_a_guard_that_could_judge_names_its_rule() -> None:
    constructed = [path for path in Path(guards.__file__).parent.rglob("*.py") if "Finding(" in path.read_text()]
    assert sorted(path.name for path in constructed) == ["__init__.py", "case.py"]  # a broken guard's, and Rule.found


def test_a_rule_and_a_guards_rules_can_be_looked_up_and_no_other_name() -> None:
    assert [rule.id for rule in guards.explained("reach/asks-the-runner")] == ["reach/asks-the-runner"]
    assert [rule.id for rule in guards.explained("scope")] == ["scope/outside", "scope/kept"]
    with pytest.raises(Mistake, match=r"there is no rule or guard 'reach/asks'; .*: scope, protected"):
        guards.explained("reach/asks")


def test_a_finding_that_was_written_before_rules_had_names_is_read_as_it_was() -> None:
    old = '{"guard": "size", "path": "a.py", "message": "too long", "line": 0, "triage": "GUARD", "flag": false}'
    found = Finding.model_validate_json(old)
    assert (found.rule, str(found)) == ("", "a.py: size: too long")
    assert str(found) == str(found.model_copy(update={"rule": "size/lines"}))
