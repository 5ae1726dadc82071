"""Every text in corpus/ was really printed by the tool that its name begins with (home folders renamed)."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.gate.triage import classify, failures, fingerprint, tail
from factory.model import Triage

TEXTS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "corpus").glob("*.txt"))}

CLASSES = {
    Triage.IMPORT: "circular gcc_header gcc_link gcc_type javac node_import pytest_chain pytest_collect pytest_import"
    " rustc tsc_import unittest_import",
    Triage.PATH: "cat_missing make_missing node_path pytest_path pytest_usage unittest_path",
    Triage.SCHEMA: "json_decode mypy pydantic pytest_key pytest_signature syntax tsc_type",
    Triage.TEST: "node_test pytest_assert pytest_mixed pytest_mixed_again pytest_raises pytest_short ruff rust_test"
    " unittest_fail",
    Triage.API: "connection gemini_401 gemini_429 gemini_503",
    Triage.TIMEOUT: "pytest_timeout timeout_py",
    Triage.ENVIRONMENT: "command_not_found no_space permission pytest_none python_no_module sh_not_found",
}
EXPECTED = {name: kind for kind, names in CLASSES.items() for name in names.split()}


def test_every_text_of_the_corpus_has_an_expected_class() -> None:
    assert EXPECTED.keys() == TEXTS.keys()


@pytest.mark.parametrize("name", TEXTS)
def test_real_output_is_classified(name: str) -> None:
    assert classify(TEXTS[name], exit_code=1) is EXPECTED[name]


@pytest.mark.parametrize(
    ("exit_code", "timed_out", "kind"),
    [
        (1, True, Triage.TIMEOUT),
        (124, False, Triage.TIMEOUT),
        (127, False, Triage.ENVIRONMENT),
        (126, False, Triage.ENVIRONMENT),
        (137, False, Triage.TIMEOUT),
        (-9, False, Triage.TIMEOUT),
        (1, False, Triage.TEST),
        (None, False, Triage.TEST),
    ],
)
def test_a_silent_failure_is_classified_by_how_it_ended(exit_code: int | None, timed_out: bool, kind: Triage) -> None:
    assert classify("", exit_code=exit_code, timed_out=timed_out) is kind


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("AssertionError: expected 'No such file or directory' in ''", Triage.TEST),
        ("E   assert 404 == 200", Triage.TEST),
        ("anthropic.RateLimitError: Error code: 429 - {'type': 'error'}", Triage.API),
        ("openai.AuthenticationError: Error code: 401 - Incorrect API key provided", Triage.API),
        ("httpx.ReadTimeout: The read operation timed out", Triage.API),
        ("requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443)", Triage.API),
        ("jsonschema.exceptions.ValidationError: 'a' is a required property", Triage.SCHEMA),
        ("TypeError: f() missing 1 required positional argument: 'x'", Triage.SCHEMA),
        ("AttributeError: 'NoneType' object has no attribute 'x'", Triage.SCHEMA),
        ("NameError: name 'x' is not defined", Triage.IMPORT),
        ("./main.go:4:2: undefined: Foo", Triage.IMPORT),
        ("OSError: [Errno 28] No space left on device", Triage.ENVIRONMENT),
        ("TimeoutError", Triage.TIMEOUT),
        ("--- FAIL: TestAdd (0.00s)", Triage.TEST),
        ("app.stock.OutOfStock: none left", Triage.TEST),
    ],
)
def test_one_line_is_classified(line: str, kind: Triage) -> None:
    assert classify(line) is kind


def test_failures_are_told_one_line_each() -> None:
    assert failures(TEXTS["pytest_collect"]) == (
        "ERROR collecting pt/test_collect.py: ModuleNotFoundError: No module named 'no_such_module_here'",
    )
    assert failures(TEXTS["unittest_fail"]) == ("test_eq (ut.test_u.T.test_eq): AssertionError: {'a': 1} != {'a': 2}",)
    assert failures(TEXTS["pytest_chain"]) == ("test_chain: ImportError: no port plug-in",)
    assert failures(TEXTS["rust_test"]) == ("adds: assertion `left == right` failed",)
    usage = (
        "ERROR: usage: pytest [options]\npython -m pytest: error: unrecognized arguments: --cov=a\n  inifile: /room/x\n"
    )
    assert failures(usage) == ("python -m pytest: error: unrecognized arguments: --cov=a",)
    inside = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\npytest.PytestConfigWarning: Unknown\n'
    broken = "".join(f"INTERNALERROR> {line}\n" for line in inside.splitlines())
    assert failures(f"{broken}\nno tests collected in 0.1s\n") == ("pytest.PytestConfigWarning: Unknown",)
    assert len(failures(TEXTS["pytest_mixed"])) == 7
    assert failures("") == ()


def test_of_a_chain_of_exceptions_the_last_one_counts_and_two_tracebacks_are_two_failures() -> None:
    first = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    x\nKeyError: 1\n\n'
    second = 'Traceback (most recent call last):\n  File "a.py", line 2, in f\n    y\nmy.errors.OutOfStock: none left\n'
    chained = "During handling of the above exception, another exception occurred:\n\n"
    assert failures(first + chained + second) == ("my.errors.OutOfStock: none left",)
    assert failures(first + second) == ("KeyError: 1", "my.errors.OutOfStock: none left")


def test_different_failures_have_different_fingerprints() -> None:
    marks = {name: fingerprint(classify(text), text) for name, text in TEXTS.items()}
    assert marks["pytest_mixed"] == marks["pytest_mixed_again"]
    assert len(set(marks.values())) == len(TEXTS) - 1
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in marks.values())


def test_fingerprints_that_are_kept_in_the_ledger_stay_what_they_are() -> None:
    assert fingerprint(Triage.TEST, TEXTS["pytest_mixed"]) == "a09fea2f43932125"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E   assert 3 == 4", "E   assert 3 == 5"),
        ("ModuleNotFoundError: No module named 'a'", "ModuleNotFoundError: No module named 'b'"),
        ("HTTP 404 for x", "HTTP 500 for x"),
        ("FileNotFoundError: 'conf/a.toml'", "FileNotFoundError: 'conf/b.toml'"),
        ("a.c:1:2: error: expected ';'", "a.c:1:2: error: expected ')'"),
        ("a.c:1:2: error: expected ';'", "b.c:1:2: error: expected ';'"),
    ],
)
def test_what_matters_is_in_the_fingerprint(one: str, other: str) -> None:
    assert fingerprint(Triage.TEST, one) != fingerprint(Triage.TEST, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x.py:3: error: bad", "x.py:312:7: error: bad"),
        ("ValueError: <A object at 0x7f00aa>", "ValueError: <A object at 0x10bcde>"),
        ("ValueError: 2026-01-02T03:04:05Z late", "ValueError: 2027-11-12 13:14:15.123+09:00 late"),
        ("ValueError: took 0.31s with seed 7", "ValueError: took 12.5s with seed 99"),
        ("ValueError: /tmp/tmpab12cd34/out.txt is empty", "ValueError: /var/x/tmpzz98yy76/out.txt is empty"),
        (
            "ValueError: job 123e4567-e89b-12d3-a456-426614174000",
            "ValueError: job 00000000-1111-2222-3333-444444444444",
        ),
        ("RuntimeError: child pid 8 died", "RuntimeError: child pid 31999 died"),
        (
            "KeyError: '0726ea0b7d3f1c9a5e8842b6d0f3a1c7e9d25b48'",
            "KeyError: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b'",
        ),
        ("ValueError: 0.73121 is not near", "ValueError: 0.11 is not near"),
        ("sh: 1: ruffx: not found", "sh: 19: ruffx: not found"),
        (
            "/usr/bin/ld: /tmp/ccxzli9f.o: undefined reference to `f'",
            "/usr/bin/ld: /tmp/cc0aB12x.o: undefined reference to `f'",
        ),
        ("\x1b[31mValueError\x1b[0m: x", "ValueError: x"),
        ("TimeoutExpired: timed out after 6.5137e-05 seconds", "TimeoutExpired: timed out after 2.5 seconds"),
        ("Slow: 6.5e-05 seconds", "Slow: 2 s"),
    ],
)
def test_what_changes_from_run_to_run_is_not_in_the_fingerprint(one: str, other: str) -> None:
    assert fingerprint(Triage.TEST, one) == fingerprint(Triage.TEST, other)


def _another_run(text: str, rng: random.Random) -> str:
    """The same failures on another machine and day, in another order and width."""
    folder = "/" + "/".join(rng.choice(["srv", "ci", "Users", "build-7", "b.d"]) for _ in range(rng.randint(1, 5)))
    text = text.replace("/home/user", folder).replace("pytest-of-user", f"pytest-of-{rng.choice(['bob', 'root'])}")
    text = re.sub(r"pytest-\d+/", f"pytest-{rng.randint(0, 99)}/", text)
    text = re.sub(r"0x[0-9a-f]+", lambda _: hex(rng.getrandbits(47) + 16), text)
    text = re.sub(r"(?m)(?<=, line )\d+|(?<=\.py:)\d+", lambda _: str(rng.randint(1, 5000)), text)
    text = re.sub(r"(?m)(^\S+\.(?:c|h|java|mjs|py|ts)):\d+", lambda m: f"{m[1]}:{rng.randint(1, 999)}", text)
    text = re.sub(r"\.ts\(\d+,\d+\)", f".ts({rng.randint(1, 99)},{rng.randint(1, 99)})", text)
    text = re.sub(r"in \d+\.\d+s", lambda _: f"in {rng.uniform(0, 900):.2f}s", text)
    text = re.sub(r"\d\.\d{6,} seconds", f"{rng.random()} seconds", text)
    text = re.sub(r"\(\d{4,}\) panicked", f"({rng.randint(2, 99999)}) panicked", text)
    text = re.sub(r"/tmp/cc\w{6}", "/tmp/cc" + "".join(rng.choices("abXY019", k=6)), text)
    return _shuffled(_widened(text, rng.randint(40, 200)), rng)


def _widened(text: str, width: int) -> str:
    def rule(match: re.Match[str]) -> str:
        return f" {match[2]} ".center(max(width, len(match[2]) + 4), match[1])

    text = re.sub(r"(?m)^([_=])\1* ([^_=\s].*?) \1+$", rule, text)
    cut = max(width - 50, 20)
    return re.sub(r"(?m)^((?:FAILED|ERROR) \S+ - )(.*?)(?:\.\.\.)?$", lambda m: f"{m[1]}{m[2][:cut]}...", text)


def _shuffled(text: str, rng: random.Random) -> str:
    start, end = text.find("= FAILURES ="), text.find("= short test summary")
    if min(start, end) < 0:
        return text
    start, end = text.index("\n", start) + 1, text.rindex("\n", 0, end) + 1
    sections = [s for s in re.split(r"(?m)^(?=_+ \S.* _+$)", text[start:end]) if s]
    return text[:start] + "".join(rng.sample(sections, len(sections))) + text[end:]


@pytest.mark.parametrize("name", TEXTS)
@given(seed=st.integers())
def test_another_run_has_the_same_class_and_fingerprint(name: str, seed: int) -> None:
    text = TEXTS[name]
    again = _another_run(text, random.Random(seed))
    assert classify(again) is classify(text)
    assert fingerprint(Triage.TEST, again) == fingerprint(Triage.TEST, text), failures(again)


def test_a_short_log_is_quoted_whole_and_a_long_one_from_its_first_failure() -> None:
    assert tail("a\nb\n") == "a\nb"
    log = "\n".join(f"ok {i}" for i in range(500)) + "\n" + TEXTS["pytest_mixed"]
    quoted = tail(log)
    assert len(quoted.splitlines()) <= 40
    assert "ok 3" not in quoted
    assert "_ test_raises _" in quoted or "test_raises" in quoted.splitlines()[0]
    assert "7 failed" in quoted
    assert "lines left out]" in quoted


@given(st.text(), st.integers(1, 60))
def test_any_text_has_a_class_a_fingerprint_and_a_bounded_tail(text: str, lines: int) -> None:
    assert isinstance(classify(text), Triage)
    assert len(fingerprint(classify(text), text)) == 16
    assert len(tail(text, lines).split("\n")) <= lines
    assert all("\n" not in one for one in failures(text))
