"""Words that documents must not hold."""

from __future__ import annotations

import pytest

from tests.guards.cases import by_hand, changed, said

POLICY = """
    paths = ["**/*.md"]
    ignore = ["vendor/**"]
    [[forbidden]]
    token = "foobar"
    reason = "the product is called quux"
    [[forbidden]]
    regex = 'host-\\d+'
    ignore_case = true
    """
ALLOWED = 'mode = "allow-listed"\n' + POLICY + '[[allow]]\npath = "docs/old.md"\ntoken = "foobar"\n'


def judge(text: str, path: str = "docs/a.md", policy: str = POLICY) -> list[str]:
    return said(by_hand({"ssot/docops.toml": policy, path: text}), "docops")


def test_a_forbidden_token_is_named_with_its_line_and_the_reason() -> None:
    assert judge("one\n\nsay foobar here\n") == ["docs/a.md:3: holds 'foobar': the product is called quux"]


def test_a_regular_expression_and_its_case() -> None:
    assert judge("on HOST-12\n") == ["docs/a.md:1: holds 'HOST-12'"]


@pytest.mark.parametrize("text", ["foo bar", "Foobar", "host-", "hosts-12"])
def test_near_words_are_let_pass(text: str) -> None:
    assert judge(text) == []


@pytest.mark.parametrize("path", ["src/a.py", "vendor/a.md"])
def test_files_that_are_no_documents_are_let_pass(path: str) -> None:
    assert judge("foobar", path) == []


FENCED = "a\n```python\nfoobar\n```\nb\n"


def test_a_code_fence_counts_unless_the_policy_says_otherwise() -> None:
    assert judge(FENCED) == ["docs/a.md:3: holds 'foobar': the product is called quux"]
    assert judge(FENCED, policy="skip_code_fences = true\n" + POLICY) == []
    assert len(judge(FENCED + "foobar\n", policy="skip_code_fences = true\n" + POLICY)) == 1


def test_an_allowed_place_is_let_pass_and_another_is_not() -> None:
    assert judge("foobar", "docs/old.md", ALLOWED) == []
    assert len(judge("foobar host-1", "docs/old.md", ALLOWED)) == 1
    assert len(judge("foobar", "docs/new.md", ALLOWED)) == 1


def test_strict_mode_allows_nothing() -> None:
    strict = ALLOWED.replace("allow-listed", "strict")
    assert "strict mode allows nothing" in judge("foobar", "docs/old.md", strict)[0]


@pytest.mark.parametrize("policy", [None, "", "# [[forbidden]]\n# token = 'foobar'\n"])
def test_no_policy_judges_nothing(policy: str | None) -> None:
    files = {"docs/a.md": "foobar"} | ({} if policy is None else {"ssot/docops.toml": policy})
    assert said(by_hand(files), "docops") == []


@pytest.mark.parametrize(
    ("policy", "why"),
    [
        ("tokens = 1", "tokens: Extra inputs"),
        ("[[forbidden]]\nregex = '('", "no regular expression"),
        ("[[forbidden]]\nreason = 'x'", "either a token or a regex"),
        ("x = [", "ssot/docops.toml:1: not TOML: "),
    ],
)
def test_a_policy_that_is_wrong_fails_and_says_how(policy: str, why: str) -> None:
    findings = judge("x", policy=policy)
    assert len(findings) == 1
    assert findings[0].startswith("ssot/docops.toml: could not judge: ssot/docops.toml")
    assert why in findings[0]


def test_only_what_a_change_adds_counts() -> None:
    base = {"ssot/docops.toml": POLICY, "a.md": "foobar\n", "b.md": "foobar\n"}
    assert said(changed(base, {"a.md": "more\nfoobar\n"}), "docops") == []
    assert said(changed(base, {"a.md": "\0gone", "c.md": "foobar\n"}), "docops") == []
    assert len(said(changed(base, {"a.md": "foobar\nfoobar\n"}), "docops")) == 1


def test_the_policy_is_main_s_and_not_the_change_s() -> None:
    case = changed({"ssot/docops.toml": POLICY}, {"ssot/docops.toml": "", "a.md": "foobar\n"})
    assert len(said(case, "docops")) == 1
