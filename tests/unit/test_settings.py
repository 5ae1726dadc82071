"""ssot/factory.toml: every default, and every mistake with its line and its remedy."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from factory import globs
from factory.errors import Exit, Mistake
from factory.model import Risk
from factory.ssot import toml
from factory.ssot.protected import PROTECTED
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import BOX, HALF, KINDS, PACKET, Settings
from factory.tree import matches

CONTRACT = """
[factory]
main = "main"
timezone = "Asia/Seoul"
max_workers = 3
worker = "default"

[workers.default]
kind = "command"
command = ["python3", "tools/worker.py"]

[gate]
setup = []
doctor = ["python -m pytest --collect-only -q"]
fast = ["python -m pytest -q -x"]
regression = ["python -m pytest -q"]
timeout_minutes = 10
strict_main = false
flaky_retries = 1

[protected]
paths = ["ssot/**", "guards/**", ".ci/**", "justfile", "conftest.py"]

[budget]
daily_calls = 3000
daily_tokens_in = 20_000_000
daily_tokens_out = 2_000_000
daily_usd = 20.0
cycle_usd = 1.0
min_sleep_ms = 0

[caps]
attempts = 3
worker_minutes = 30

[storm]
failures = 9
rate_limits = 5
box_failures = 8

[sandbox]
kind = "auto"
read = []
network = "none"
"""


def mistake(text: str | bytes) -> str:
    with pytest.raises(Mistake) as caught:
        read_settings(text if isinstance(text, bytes) else text.encode())
    assert caught.value.exit is Exit.MISTAKE
    return str(caught.value)


def test_the_contracts_values_are_the_defaults() -> None:
    settings = read_settings(CONTRACT.encode())
    assert settings.workers["default"].command == ("python3", "tools/worker.py")
    bare = settings.model_copy(update={"workers": {}, "protected": Settings().protected})
    assert (
        bare == Settings() == read_settings(None) == read_settings(b"") == read_settings(b"\xef\xbb\xbf# nothing\r\n")
    )


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().factory.main = "x"  # type: ignore[misc]


def test_the_tiers_come_in_running_order() -> None:
    gate = read_settings(b'[gate]\nfast = ["a", "b"]\nregression = []\n').gate
    assert list(gate.tiers()) == ["doctor", "fast", "regression"]
    assert gate.tiers()["fast"] == ("a", "b")
    assert gate.tiers()["regression"] == ()


def test_a_high_risk_keeps_its_reader_when_its_worker_is_named() -> None:
    risks = read_settings(b'[workers.w]\ncommand=["x"]\n[factory]\nworker="w"\n[risk.HIGH]\nworker = "w"\n').risk
    assert [risks.of(risk).auditor for risk in Risk] == [False, False, True, True]
    assert (risks.of(Risk.HIGH).worker, risks.of(Risk.CRIT).worker) == ("w", "")


def test_every_section_can_be_written_out() -> None:
    text = """
factory = {worker = "g"}
[workers.g]
kind = "gemini"
model = "m"
effort = "low"
temperature = 1
max_tokens_out = 10
args = [""]
env = ["HTTPS_PROXY"]
key_env = "MY_KEY"
base_url = "http://127.0.0.1:1/v1"
price_in = 0.1
price_out = 2
batch = 4
[gate]
python = "tools/py"
junit = "out/junit.xml"
[sandbox]
kind = "none"
read = ["/opt/data"]
[auditor]
worker = "g"
[kpi]
success_rate_min = 0.9
"""
    settings = read_settings(text.encode())
    assert settings.workers["g"].temperature == 1.0
    assert settings.auditor.worker == "g"
    assert settings.gate.junit == "out/junit.xml"


def test_a_kind_of_worker_is_a_word_in_one_list() -> None:
    text = b'[factory]\nworker = "w"\n[workers.w]\nkind = "mine"\n'
    assert "is no kind of worker" in mistake(text)
    assert read_settings(text, kinds=(*KINDS, "mine")).workers["w"].kind == "mine"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[gate]\n\nfasst = []\n", "3: unknown key gate.fasst; did you mean fast?"),
        ("[gaet]\nfast = []\n", "1: unknown key gaet; did you mean gate?"),
        ("[caps]\nzzz = 1\n", "2: unknown key caps.zzz; the keys here: attempts, worker_minutes"),
        ("[workers.a]\ncomand = ['x']\n", "2: unknown key workers.a.comand; did you mean command?"),
        ("[risk.HIGH]\nauditr = true\n", "2: unknown key risk.HIGH.auditr; did you mean auditor?"),
        ("[risk.high]\nauditor = true\n", "1: unknown key risk.high; the keys here: LOW, MED, HIGH, CRIT"),
        ("[caps]\nattempts = '3'\n", '2: caps.attempts: should be a valid integer, not "3"; correct the value'),
        ("[caps]\nattempts = true\n", "2: caps.attempts: should be a valid integer, not true; correct the value"),
        ("[caps]\nattempts = 0\n", "2: caps.attempts: should be greater than or equal to 1, not 0; correct the value"),
        ("[gate]\nfast = 'pytest'\n", '2: gate.fast: should be a list, not "pytest"; correct the value'),
        ("[gate]\nfast = [\n 'a',\n ' ',\n]\n", "2: gate.fast[1]: string should match"),
        ("[gate]\nfast = ['a', 1]\n", "2: gate.fast[1]: should be a valid string, not 1; correct the value"),
        ("[gate]\nstrict_main = 1\n", "2: gate.strict_main: should be a valid boolean, not 1; correct the value"),
        ("[factory]\nmain = 2026-01-01\n", "2: factory.main: should be a valid string, not {"),
        ("[budget]\ndaily_usd = nan\n", "2: budget.daily_usd is nan; a cap that is not a number never stops anything"),
        ("[budget]\ndaily_usd = -1\n", "2: budget.daily_usd: should be greater than or equal to 0, not -1;"),
        ("caps = 3\n", "1: caps: should be an object, not 3; correct the value"),
        ("[sandbox]\nkind = 'jail'\n", "2: sandbox.kind: should be 'auto', 'bwrap', 'docker', 'podman' or 'none', not"),
        ("[workers.'a b']\nkind='acp'\n", "1: workers.a b: string should match pattern"),
        ("[workers.a]\nbase_url='ftp://x'\n", "2: workers.a.base_url: string should match pattern"),
        ("[workers.a]\nenv=['A B']\n", "2: workers.a.env[0]: string should match pattern"),
        ("a = 1\n[gate\n", "2: not TOML: Expected"),
        ("[gate]\nfast = [\n\n", "2: not TOML: "),
        ("[gate]\n[gate]\n", "2: not TOML: Cannot declare"),
        ("x = " + "[" * 9999, "1: not TOML: "),
        (
            "[factory]\nmain = '-x'\n",
            '2: factory.main "-x" is no branch to stamp; write a branch\'s short name, like main',
        ),
        ("[factory]\nmain = 'refs/heads/main'\n", '2: factory.main "refs/heads/main" is no branch to stamp'),
        ("[factory]\nmain = 'factory/ledger'\n", '2: factory.main "factory/ledger" is no branch to stamp'),
        ("[factory]\nmain = 'a..b'\n", '2: factory.main "a..b" is no branch to stamp'),
        (
            "[factory]\n\ntimezone = 'Asia/Soul'\n",
            '3: factory.timezone "Asia/Soul" is no time zone; did you mean Asia/Seoul?',
        ),
        ("[factory]\ntimezone = '../x'\n", '2: factory.timezone "../x" is no time zone; write an IANA name'),
        ("[factory]\ntimezone = 'Asia'\n", '2: factory.timezone "Asia" is no time zone; '),
        ("[workers.a]\nkind = 'gemni'\n", '2: workers.a.kind "gemni" is no kind of worker; did you mean gemini?'),
        ("[workers.a]\nkind = 'zzz'\n", '2: workers.a.kind "zzz" is no kind of worker; write one of command, patch'),
        ("[workers.a]\n", '1: workers.a has no command; write command = ["program", "argument"]'),
        (
            "[workers.a]\ncommand = ['x']\n",
            '1: factory.worker names the worker "default", which does not exist; write one of a, or add ',
        ),
        (
            "factory = {worker = 'a'}\nworkers.a.command = ['x']\n[risk.LOW]\n\nworker = 'b'\n",
            '5: risk.LOW.worker names the worker "b", which does not exist; write one of a, or add [workers.b]',
        ),
        (
            "factory = {worker = 'a'}\nworkers.a.command = ['x']\nauditor.worker = 'b'\n",
            '3: auditor.worker names the worker "b", which',
        ),
        (
            "[protected]\npaths = ['/a']\n",
            '2: protected.paths[0] "/a" is absolute; write it from the repository\'s root',
        ),
        ("[protected]\npaths = ['a', 'b/../c']\n", '2: protected.paths[1] "b/../c" has a ".." in it; write it from'),
        ("[gate]\njunit = '../x.xml'\n", '2: gate.junit "../x.xml" has a ".." in it; write it from'),
        (
            "[sandbox]\nread = ['data']\n",
            '2: sandbox.read[0] "data" is not absolute; write the path from /, without ..',
        ),
        (
            "[sandbox]\nread = ['/a/../b']\n",
            '2: sandbox.read[0] "/a/../b" is not absolute; write the path from /, without',
        ),
        (b"# a\n# \xff\n", "2: not UTF-8: byte 0xff; save the file as UTF-8"),
    ],
)
def test_a_mistake_names_the_key_the_line_and_the_remedy(text: str | bytes, says: str) -> None:
    assert mistake(text).startswith(f"ssot/factory.toml:{says}")


def test_no_worker_is_no_mistake_here() -> None:
    """`run` says how to get one; `status` and `gate` need none."""
    assert read_settings(b"[caps]\nattempts = 2\n").workers == {}


@pytest.mark.parametrize(
    "path",
    [
        "conftest.py",
        "tests/deep/conftest.py",
        "pytest.ini",
        "tests/pytest.ini",
        "tox.ini",
        "setup.cfg",
        ".pre-commit-config.yaml",
        ".github/workflows/ci.yml",
        ".gitlab-ci.yml",
        ".ci/run",
        "justfile",
        "ssot/factory.toml",
        "guards/scope.py",
        "D_ROADMAP.md",
        "AC_LEDGER.md",
        "docs/.gitattributes",
        ".factory/plan.json",
    ],
)
def test_what_judges_is_protected_by_itself(path: str) -> None:
    assert matches(path, PROTECTED)


@pytest.mark.parametrize(
    "path", ["src/conftest_tools.py", "pyproject.toml", "src/ssot.py", "tests/test_a.py", "README.md", ".gitignore"]
)
def test_what_a_change_may_well_touch_is_not_protected(path: str) -> None:
    assert not matches(path, PROTECTED)


@pytest.mark.parametrize("table", ["[sandbox]", '[workers.default]\nkind = "claude"'])
def test_an_older_settings_file_that_says_model_has_no_network(table: str) -> None:
    settings = read_settings(f'{table}\nnetwork = "model"\n'.encode())
    assert {settings.sandbox.network, *(worker.network for worker in settings.workers.values())} == {"none"}


def test_the_sizes_of_a_box_are_constants() -> None:
    assert (BOX, HALF, PACKET) == (6, 3, 120)


@pytest.mark.parametrize(
    ("glob", "says"),
    [
        ("src/**/*.py", ""),
        ("a..b/[!x]?.py", ""),
        ("", "is empty"),
        ("~/x", "is absolute"),
        ("C:/x", "is absolute"),
        ("./x", 'has a "." folder'),
        ("a\\b", "has a backslash"),
        ("a\nb", "has a backslash or a control"),
    ],
)
def test_a_glob_that_can_name_nothing_is_refused(glob: str, says: str) -> None:
    fault = globs.fault(glob)
    assert fault.startswith(says)
    assert bool(fault) == bool(says)


KEYS = st.text("abc", min_size=1, max_size=2)
VALUES = st.one_of(st.just("1"), st.just('"""x\na = 1\n"""'), st.just("[\n  1,\n  # b = 2\n]"), st.just("{a = 1}"))


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=5), st.integers(0, 3), st.data())
def test_the_line_of_a_key_is_where_it_is_set(values: dict[str, str], blank: int, data: st.DataObject) -> None:
    lines = {key: f"{key} = {value}" for key, value in values.items()}
    text = "# head\n" + ("\n" * (blank + 1)).join(lines.values()) + "\n"
    assert tomllib.loads(text).keys() == values.keys()
    key = data.draw(st.sampled_from(sorted(values)))
    earlier = list(values)[: list(values).index(key)]
    assert toml.line_of(text, (key,)) == 2 + sum(lines[name].count("\n") + blank + 1 for name in earlier)


def test_a_key_that_is_nowhere_is_on_the_first_line() -> None:
    assert toml.line_of("a = 1\n", ("a", "b"), 7) == 7
    assert toml.line_of("a = [1]\n", ("a", 3), 7) == 7
