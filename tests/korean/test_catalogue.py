"""Korean is whole: every sentence of the sources that can be a reason has its row, and no row is left of one that is gone."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from factory.reports.korean import josa, lookup
from factory.reports.korean.rows import catalogue, files
from factory.reports.phrases import KOREAN
from tests.korean.sources import ROOT, Module, Template, is_sentence, tidy

# What is only ever told to whoever types a command, in English like the command itself: of these modules only what
# ends a run is a reason.
TYPED = (
    "factory/cli.py", "factory/demo", "factory/desk/", "factory/faces/", "factory/operator/", "factory/pages.py",
    "factory/line/inbox.py", "factory/line/learning.py", "factory/line/ping.py", "factory/line/steering.py",
    "factory/cards/__main__.py",
)  # fmt: skip
# What is no reason: the report's and the alerts' own words (they have both languages side by side), settings' meanings,
# what a model is asked, code and names, and what a program in the room prints.
NO_REASONS = (
    "factory/reports/", "factory/observe/", "factory/notices/phrases.py", "factory/notices/causes.py", "factory/records/spans.py", "factory/out/words.py", "factory/reference.py", "factory/templates/", "factory/model.py", "factory/ssot/settings.py",
    "factory/ssot/product.py", "factory/ssot/protected.py", "factory/cards/example.py",
    "factory/proposals/prompt.py", "factory/proposals/together.py", "factory/proposals/scan.py",
    "factory/gate/altered/questions.py", "factory/gate/altered/sqlite.py", "factory/gate/altered/functions.py",
    "factory/gate/altered/languages.py", "factory/records/secret_kinds.py", "factory/records/bounded.py",
    "guards/addressed/phrases.py", "guards/reach/deeds.py",
    "factory/injected/acp_client.py", "factory/injected/forward.py",
)  # fmt: skip
# Texts that no person is told: what is searched for, a commit's or a setting's own words, a prompt, an exit code's row;
# and `{} is {}`, which has a row for each of its three values (nan, inf, -inf).
UNTOLD = (
    r"not a git repository$", "module lookup disabled", "dubious ownership", "importing plugin",
    "^one side of a merge", "stampmill <factory@", "^factory@stampmill", "gpgsig", "ref: refs/heads/none", r"\* -text",
    "lambda v", "Input should be", "^should be$", "valid array", r"^\{\} is \{\}$", "^no summary$", "Answer once, by the schema",
    "Your answer could not be used", r"-> .* and \{\} more", "^done, and nothing wrong", "^the gate, a guard or verify says",
    "^a mistake in what was written", "^stopped by a cap", "^it could not run: the machine", r"^interrupted \(Ctrl-C",
    r"not yet \{\}", "tree that this room was made from", "^abs bound$", "^round places$", "^stands for$", "^puts into$",
    "^who calls$", "^of a frame$", "^of a stack$", "^what is loaded$", "^runtest setup$", "^raises fail approx$",
    "^passed failed skipped nodeid$", "^what was changed and why, at most", "^the whole file; for new files",
    "^lines that stand exactly once",
)  # fmt: skip
OUTSIDE = "outside.toml"  # others' words: no source of ours has them


@cache
def modules() -> tuple[Module, ...]:
    paths = [*(ROOT / "factory").rglob("*.py"), *(ROOT / "guards").rglob("*.py")]
    found = [Module(path) for path in sorted(paths)]
    return tuple(one for one in found if not one.at.startswith(NO_REASONS))


def templates(*, parts: bool = False) -> list[Template]:
    every = {
        one.text: one
        for module in modules()
        for one in module.templates(parts=parts, stops=module.at.startswith(TYPED))
    }
    return [one for one in every.values() if not any(re.search(untold, one.text) for untold in UNTOLD)]


def sample(text: str) -> str:
    """The template as a reason: names in its gaps; a gap that touches a word is one of its endings, and empty."""
    numbers = iter(range(99))
    text = re.sub(r"\{\}(?=[a-z])|(?<=[a-z])\{\}(?!\S)", "", text)
    return re.sub(r"\{\}", lambda _: f"ㅎ{next(numbers)}", text)


def test_every_reason_of_the_sources_has_its_row() -> None:
    found = templates()
    assert len(found) > 900
    told = [(one, lookup.find(sample(one.text))) for one in found]
    missing = [f"{one.at}: {one.text}" for one, its in told if its is None or not its.whole]
    assert not missing, "\n".join(["no row of factory/reports/korean/*.toml tells:", *missing])


def test_nothing_is_exempt_that_is_gone() -> None:
    at = [path.relative_to(ROOT).as_posix() for top in ("factory", "guards") for path in (ROOT / top).rglob("*.py")]
    assert [one for one in (*TYPED, *NO_REASONS) if not any(path.startswith(one) for path in at)] == []
    texts = [one.text for module in modules() for one in module.templates(parts=True)]
    assert [one for one in UNTOLD if not any(re.search(one, text) for text in texts)] == []


def test_every_row_has_its_source() -> None:
    every = templates(parts=True)
    used = {row for one in every if (its := lookup.find(sample(one.text))) for row in its.used}
    outside = {english for path in files() if path.name == OUTSIDE for english in tomllib.loads(path.read_text())}
    pieces = {part for one in every for part in (one.text, *one.text.split("; ")) if is_sentence(part, 1)}
    patterns = [re.compile("(.*)".join(map(re.escape, piece.split("{}")))) for piece in pieces]
    gone = [row for row in catalogue().rows if row not in used | outside]
    assert [row for row in gone if not any(one.fullmatch(sample(row)) for one in patterns)] == []


def test_a_text_of_the_sources_is_found_with_its_gaps_and_its_sides() -> None:
    module = Module.__new__(Module)
    module.read("x.py", ast.parse('''
LATER = "then run again"
def why(one, two):
    """No reason of ours."""
    rest = f"; {two} says so" if two else ""
    raise CouldNotRun(f"{one} is gone{rest}; " + LATER)
    raise Mistake("%s is no %s" % (one, two), remedy="put it back")
    yield "{0} was {1:>4} long".format(one, two)
    return re.compile("a pattern, and no reason")
'''))  # fmt: skip
    assert {one.text for one in module.templates()} == {
        "{} is gone; {} says so; then run again",
        "{} is gone; then run again",
        "{} is no {}",
        "put it back",
        "{} was {} long",
    }


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_the_gaps_of_a_row_agree_and_its_korean_is_korean(path: Path) -> None:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    assert len(path.read_text(encoding="utf-8").splitlines()) < 250
    said.pop("nouns", None)
    said.pop("words", None)
    for english, korean in said.items():
        assert tidy(english) == english
        assert sorted(set(re.findall(r"\{(\d)\}", korean))) == [str(n) for n in range(english.count("{}"))], english
        assert re.search("[가-힣]", korean) or not re.search(r"[A-Za-z]{2}", re.sub(r"`[^`]*`", "", english)), english
        assert not korean.endswith((".", " ")) or english.endswith("."), english


@pytest.mark.parametrize("path", files(), ids=lambda path: path.name)
def test_a_gap_has_its_particle_in_both_forms(path: Path) -> None:
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    bare = re.compile(r"\{\d\}[`'\"\]]*(?:은|는|이|가|을|를|과|와|으로|로|이?라고)(?![가-힣(])")
    assert [korean for korean in said.values() if isinstance(korean, str) and bare.search(korean)] == []


@pytest.mark.parametrize("name", ["D-001", "src/a.py", "main", "3"])
def test_no_particle_is_left_in_both_forms_behind_a_name(name: str) -> None:
    rows = catalogue().rows.values()
    told = [josa.fill(row.korean, *[name] * row.english.count("{}")) for row in rows]
    assert [one for one in told if josa.MARK.search(one)] == []


def test_the_days_own_words_have_no_particle_in_both_forms() -> None:
    said = [text for field in KOREAN for text in _texts(field)]
    assert len(said) > 70
    assert [text for text in said if josa.MARK.search(text)] == []


def _texts(field: object) -> list[str]:
    if isinstance(field, str):
        return [field]
    if isinstance(field, dict):
        return list(field.values())
    return list(field) if isinstance(field, tuple) else []


def test_no_two_files_tell_the_same_reason() -> None:
    every = Counter(key for path in files() for key in tomllib.loads(path.read_text(encoding="utf-8")))
    assert [key for key, count in every.items() if count > 1] == []


def test_all_that_is_counted_has_its_korean_noun() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "factory").rglob("*.py"))
    nouns = set(re.findall(r"\bmany\([^,\n]+(?:\([^)\n]*\))?, [\"']([a-z ]+)[\"']\)", said))
    assert len(nouns) > 10
    assert (
        sorted(
            nouns
            - set(catalogue().nouns)
            - {"more file", "more ticket", "more character", "test file", "fault", "span"}
        )
        == []
    )
