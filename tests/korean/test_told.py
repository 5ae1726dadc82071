"""Real reasons, whole, in Korean: as the code made them in other tests, in the frozen repositories and in a night."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.reports import korean
from factory.reports.korean import lookup
from factory.reports.korean.rows import catalogue
from factory.reports.stops import STOPS
from tests.frozen.kit import git, laid_out

FROZEN = Path(__file__).parents[1] / "frozen"
REASON = re.compile(r"(?:fail|later|wait|block|killed|stop|hopeless|rewind|retry|cancel|requeue)\b[^:]*: (?P<text>.+)")
TOLD = [
    # --- the line
    ("stopped by the operator; `factory run` goes on", "운영자가 멈췄습니다. `factory run`으로 이어집니다"),
    ("stopped by the operator, at once", "운영자가 바로 멈췄습니다"),
    ("interrupted; `factory run` goes on", "도중에 끊겼습니다. `factory run`으로 이어집니다"),
    (
        "D-2 waits for D-1, which is PLANNED; D-3 waits for D-9, which says DONE and has no stamp; and 4 more; "
        "set what they wait for to IN_PROGRESS in D_ROADMAP.md",
        "D-2는 D-1을 기다리는데, D-1의 상태가 PLANNED입니다. D-3은 D-9를 기다리는데, D-9는 DONE이라고 적혀 있지만 "
        "스탬프가 없습니다. 외 4개. 기다리는 티켓을 D_ROADMAP.md에서 IN_PROGRESS로 바꾸세요",
    ),
    (
        "storm guard: 6 attempts failed in a row in 2026-11-21 box 01, of 3 tickets, all by worker default: 4 of 6 "
        "failed alike, with WORKER: the worker ended with exit code 127: claude: not found; see `factory log`, mend "
        "the cause, then `factory run`",
        "연속 실패 방지로 멈췄습니다. 2026-11-21 box 01에서 시도 6번이 잇달아 실패했습니다(티켓 3개, 모두 작업자 default). "
        "6번 가운데 4번이 WORKER로 똑같이 실패했습니다. 작업자가 종료 코드 127로 끝났습니다. 출력: \"claude: not found\". "
        "`factory log`를 보고 원인을 고친 뒤 `factory run`을 실행하세요",
    ),
    (
        "passed, and waits: /home/me/shop: uncommitted work in a.txt, b.txt and 3 more would be overwritten; commit it, "
        "stash it or move it away, then `factory run`",
        "통과했고, 기다립니다. /home/me/shop: 커밋하지 않은 파일을 덮어쓰게 됩니다: a.txt, b.txt 외 3개. "
        "커밋하거나 stash 하거나 옮긴 뒤 `factory run`을 실행하세요",
    ),
    (
        "the auditor could not be asked: the auditor reader ended with exit code 9; mend it, then `factory run`",
        "감사자에게 물을 수 없었습니다. 감사자 reader: 종료 코드 9. 고친 뒤 `factory run`을 실행하세요",
    ),
    (
        "worker default: no key for gemini: GEMINI_API_KEY is not set; export GEMINI_API_KEY=... and run again",
        "작업자 default: gemini의 키가 없습니다. 환경 변수 GEMINI_API_KEY가 설정되어 있지 않습니다. "
        "export GEMINI_API_KEY=...로 지정하고 다시 실행하세요",
    ),
    (
        "$1.25 used on 2026-11-18; up to $1.00 more would pass the cap of $2.00; raise [budget] in ssot/factory.toml or "
        "wait, then `factory run`",
        "2026-11-18에 1.25달러를 썼습니다. 최대 1.00달러를 더 쓰면 한도 2.00달러를 넘습니다. ssot/factory.toml의 [budget]을 "
        "올리거나 기다린 뒤 `factory run`을 실행하세요",
    ),
    (
        "it could not be judged: the factory itself failed: KeyError: 'x' (factory/gate/tiers.py:60 tests)",
        "판정할 수 없었습니다. 공장 자체의 오류입니다: KeyError: \"'x'\" (factory/gate/tiers.py:60 tests)",
    ),
    (
        "TEST: AC-1 is still red: `grep -q right D-1.txt`",
        "TEST: AC-1의 검사 `grep -q right D-1.txt`가 여전히 실패합니다",
    ),
    (
        "storm guard: 6 attempts failed in a row, of D-1: 4 SCHEMA, 2 TEST; no cause that most of them share; see `factory "
        "log`, mend the cause, release what it BLOCKED (`factory retry D-1`), then `factory run`",
        "연속 실패 방지로 멈췄습니다. 시도 6번이 잇달아 실패했습니다(D-1). 종류별로 SCHEMA 4번, TEST 2번이며, 대부분에 공통된 "
        "원인은 없습니다. `factory log`를 보고 원인을 고친 뒤, 막힌 것을 풀고(`factory retry D-1`) `factory run`을 실행하세요",
    ),
    # --- the gate
    (
        "AC-1 is still red: `pytest -q`; it said: AssertionError: 1 != 2",
        'AC-1의 검사 `pytest -q`가 여전히 실패합니다. 출력: "AssertionError: 1 != 2"',
    ),
    (
        "AC-1 was green before any work, so it proves nothing: `make check`; where it is the product that lies in src, "
        "name that in [product] paths or in the ticket's modify",
        "AC-1의 검사 `make check`가 처음부터 통과해, 아무것도 증명하지 못합니다. src에 있는 것이 제품이면 [product] paths나 "
        "티켓의 modify에 적으세요",
    ),
    ("tests/test_a.py::test_x: passed on the base, missing now", "전에 통과하던 tests/test_a.py::test_x가 없어졌습니다"),
    ("tests/test_a.py::test_x: passed on the base, failed now", "전에 통과하던 tests/test_a.py::test_x가 이제는 실패입니다"),
    (
        "tests/test_a.py::test_x: passed on the base, failed now, as main has it: the change contradicts what main "
        "expects (assert 1 == 2); a person's ticket names such a test: may_change_tests",
        "main의 테스트와 어긋납니다. 전에 통과하던 tests/test_a.py::test_x가 이제는 실패입니다 (\"assert 1 == 2\"). "
        "그런 테스트는 사람이 티켓의 may_change_tests에 적어야 합니다",
    ),
    (
        'AC-1 of D-1 is DONE, and red here: `sh one.sh`; mend it, or let the ticket say replaces = ["AC-1"]',
        '이미 끝난 D-1의 AC-1 검사 `sh one.sh`가 여기서 실패합니다. 고치거나, 티켓에 replaces = ["AC-1"]을 적으세요',
    ),
    (
        "AC-1 could not run on main (exit code 127): `.venv/bin/python` is in no room, where that environment comes first "
        "in PATH: write `python`: `.venv/bin/python -m pytest`",
        "main에서 AC-1의 검사 `.venv/bin/python -m pytest`를 실행할 수 없었습니다(종료 코드 127). `.venv/bin/python`은 방에 "
        "없습니다. 방에서는 그 환경이 PATH에서 먼저이므로 `python`이라고 적으세요",
    ),
    (
        "the gate cannot judge anything: `pytest -q` (fast) on main is red (exit code 1); mend it, then run again. It "
        "said: 3 failed",
        "게이트가 아무것도 판정할 수 없습니다. main에서 fast 단계의 `pytest -q`가 실패합니다(종료 코드 1). 고친 뒤 다시 "
        '실행하세요. 출력: "3 failed"',
    ),
    (
        "AC-1 is green only with what the change made of checks/one.sh: leave it as main has it; if the ticket is meant to "
        "change it, a person names it in its terms (modify, or may_change_tests): `R=checks/one.sh; sh $R`",
        "AC-1의 검사는 변경이 고친 checks/one.sh가 있어야만 통과합니다. main에 있는 그대로 두세요. 티켓이 바꾸어야 하는 것이면 "
        "사람이 조건(modify나 may_change_tests)에 적어야 합니다: `R=checks/one.sh; sh $R`",
    ),
    (
        "the gate cannot judge anything: `python -m pytest -q` (regression) on main could not run (exit code 1); `python` is "
        "the factory's own here, without what your tests import: `python3 -m venv .venv && .venv/bin/pip install -e .` "
        "(`factory help project`), then run again. It said: No module named 'x'",
        "게이트가 아무것도 판정할 수 없습니다. main에서 regression 단계의 `python -m pytest -q`가 실행되지 않았습니다(종료 코드 1). "
        "여기서 `python`은 공장의 것이라 테스트가 import 하는 것이 없습니다. `python3 -m venv .venv && .venv/bin/pip install "
        "-e .`를 실행하세요(`factory help project`). 그런 다음 다시 실행하세요. 출력: \"No module named 'x'\"",
    ),
    (
        "AC-1: math.isclose was replaced by shop/prices.py: `pytest -q`",
        "AC-1: math.isclose를 shop/prices.py가 바꿔치기했습니다: `pytest -q`",
    ),
    (
        "PATH: AC-1 asks tests/test_a.py, which main does not have, and the ticket may not write it: `pytest tests/test_…",
        "PATH: AC-1의 검사가 main에 없는 tests/test_a.py를 찾습니다. 그런데 이 티켓은 그것을 쓸 수 없습니다: `pytest tests/test_…",
    ),
    ("AC-1 is still red: `pytest tests/test_…", "AC-1의 검사 `pytest tests/test_…`가 여전히 실패합니다"),
    # --- the guards
    (
        "b.py: scope: added, but is outside what the ticket may modify (src/dates.py, tests/**)",
        "b.py: scope: 추가함: 티켓이 바꿀 수 있는 범위(src/dates.py, tests/**) 밖입니다",
    ),
    (
        "a.py:2: reach: os._exit ends the process without its clean-up, so that no test after it is reported; if the "
        'ticket is meant to, its terms in D_ROADMAP.md say allow = ["reach"]',
        "a.py:2: reach: os._exit은 뒷정리 없이 프로세스를 끝내, 뒤의 테스트가 보고되지 않습니다. 티켓이 그래야 한다면 "
        'D_ROADMAP.md의 조건에 allow = ["reach"]라고 적으세요',
    ),
    (
        "tests/test_a.py:9: tests_kept: test_x: asserts less: 3 assertions before, 1 now",
        "tests/test_a.py:9: tests_kept: test_x: 확인하는 것이 줄었습니다. 단언이 3개에서 1개가 되었습니다",
    ),
    (
        "conftest.py: protected: a new conftest.py would change how tests run; put fixtures into the test module",
        "conftest.py: protected: 새 conftest.py는 테스트가 도는 방식을 바꿉니다. 픽스처는 테스트 모듈 안에 두세요",
    ),
    (
        "a.txt:3: secrets: looks like github; take it out and revoke it",
        "a.txt:3: secrets: 비밀(github)처럼 보입니다. 빼고 폐기하세요",
    ),
    (
        "-: size: 812 changed lines, the cap is 300; split the ticket, or set max_lines in its terms",
        "-: size: 바뀐 줄이 812줄인데 한도는 300줄입니다. 티켓을 나누거나 조건에 max_lines를 적으세요",
    ),
    # --- tables and settings
    (
        'D_ROADMAP.md:5: unknown status "in progress"; did you mean IN_PROGRESS?',
        'D_ROADMAP.md:5: 알 수 없는 status: "in progress". 혹시 IN_PROGRESS입니까?',
    ),
    (
        "ssot/factory.toml:2: caps.attempts: should be greater than or equal to 1, not 0; correct the value",
        "ssot/factory.toml:2: caps.attempts: 1 이상이어야 하는데 0입니다. 값을 고치세요",
    ),
    (
        'ssot/factory.toml:5: risk.LOW.worker names the worker "b", which does not exist; write one of a, or add [workers.b]',
        'ssot/factory.toml:5: risk.LOW.worker: 없는 작업자 "b"를 가리킵니다. 다음 가운데 하나를 적거나 [workers.b]를 '
        "추가하세요: a",
    ),
    (
        'D_ROADMAP.md:8: modify: "../x" has a ".." in it; write it from the repository\'s root',
        'D_ROADMAP.md:8: modify: "../x": ".."이 들어 있습니다. 저장소의 루트부터 적으세요',
    ),
    (
        "D_ROADMAP.md:9: the term modify stands in a second block of D-1, where nobody reads it; write it into the ```toml "
        "block below the ticket's heading; an example goes into an HTML comment",
        "D_ROADMAP.md:9: 조건 modify가 아무도 읽지 않는 D-1의 두 번째 블록에 있습니다. 티켓 제목 아래의 ```toml 블록에 "
        "적으세요. 예는 HTML 주석에 넣으세요",
    ),
    (
        "D_ROADMAP.md:9: allow[1]: should be 'tests_kept' or 'reach', not \"size\"; correct the value",
        "D_ROADMAP.md:9: allow[1]: 다음 가운데 하나여야 하는데 \"size\"입니다: 'tests_kept' or 'reach'. 값을 고치세요",
    ),
    (
        'ssot/docops.toml:1: : strict mode allows nothing; use mode = "allow-listed", or remove the allow entries; see '
        "`factory help guards`",
        'ssot/docops.toml:1: : strict 모드는 아무것도 허용하지 않습니다. mode = "allow-listed"를 쓰거나 allow 항목을 지우세요. '
        "`factory help guards`를 보세요",
    ),
    # --- git, rooms, workers, records
    ("refs/heads/main is not at 000000000000 any more", "refs/heads/main이 더는 000000000000에 있지 않습니다"),
    (
        "git merge failed (128): fatal: not something we can merge; really",
        'git merge가 실패했습니다(종료 코드 128): "fatal: not something we can merge; really"',
    ),
    ("No space left on device: /a; make room, then run again", "디스크에 자리가 없습니다: /a. 자리를 비우세요. 그런 다음 다시 실행하세요"),
    (
        "no sandbox works here (bubblewrap is not installed | docker is not installed); install bubblewrap, or write "
        'kind = "none" under [sandbox] in ssot/factory.toml to run workers unprotected',
        "쓸 수 있는 샌드박스가 없습니다(bubblewrap이 설치되어 있지 않습니다 | docker가 설치되어 있지 않습니다). bubblewrap을 설치하거나, "
        '보호 없이 작업자를 실행하려면 ssot/factory.toml의 [sandbox]에 kind = "none"이라고 적으세요',
    ),
    ("gemini refuses the key (401); check it, or make a new one", "gemini가 키를 거절했습니다(HTTP 401). 확인하거나 새로 만드세요"),
    (
        "edits do not apply: calc.py: hunk 1 is not in the file; copy the lines exactly, with their indentation",
        "수정을 적용할 수 없습니다. calc.py: hunk 1이 파일에 없습니다. 들여쓰기까지 그대로 옮기세요",
    ),
    ("cancelled by the operator", "운영자가 취소했습니다"),
    # --- cards and verify
    (
        "dayplan_20260104.yaml:3: sources.code: *.pyx names no file in the repository",
        "dayplan_20260104.yaml:3: sources.code: 저장소에 이것과 맞는 파일이 없습니다: *.pyx",
    ),
    ("out/1.jsonl:2: path is no string", "out/1.jsonl:2: path가 string 형식이 아닙니다"),
    ("121 cards; a packet has at most 120", "카드 121장입니다. 한 묶음은 최대 120장입니다"),
    (
        "signed while main named nobody who may sign, which proves nothing: 2 stamps",
        "main에 서명할 사람이 적히기 전의 서명이라 아무것도 증명하지 못합니다: 스탬프 2개",
    ),
]  # fmt: skip
OTHERS = [
    "Something is not as it was",
    "the price",
    "fatal: bad object HEAD",
    "docs say that the thing is there and that it is missing",
    "a; b; c",
    "E   assert 3 == 4",
]
KINDS = [
    ("IMPORT", "ModuleNotFoundError: No module named 'iniconfig'", "import 할 수 없는 모듈: iniconfig"),
    ("PATH", "cat: in.csv: No such file or directory", "없는 경로: in.csv"),
    ("SCHEMA", "jsonschema.ValidationError: no", "ValidationError가 났습니다"),
    ("TEST", "tests/a.py::test_x: failed", "tests/a.py::test_x가 실패합니다"),
]


@pytest.mark.parametrize(("english", "korean_"), TOLD, ids=[english[:40] for english, _ in TOLD])
def test_a_real_reason_is_told_whole(english: str, korean_: str) -> None:
    assert korean.told("any", english) == korean_


@pytest.mark.parametrize("text", OTHERS)
def test_what_no_row_knows_is_nobodys(text: str) -> None:
    assert korean.told("any", text) is None


@pytest.mark.parametrize(("kind", "text", "said"), KINDS)
def test_a_programs_own_words_are_told_by_the_name_in_them(kind: str, text: str, said: str) -> None:
    assert korean.told(kind, text) == said
    assert korean.told("any", text) is None


def test_every_reason_of_a_frozen_day_is_told() -> None:
    pages = "\n".join(path.read_text(encoding="utf-8") for path in FROZEN.glob("*.txt"))
    reasons = {json.loads(text) for text in re.findall(r'"(?:why|waits|stop_reason)": ("(?:[^"\\]|\\.)+")', pages)}
    assert len(reasons) > 4
    stopped = re.compile(r"[^()]*\. \((?P<exact>.*)\)|(?P<plain>[A-Z][^()]*\.)")  # `stops.in_words`
    exact = [found["exact"] if (found := stopped.fullmatch(why)) else why for why in reasons]
    assert [why for why in exact if why and ((told := lookup.find(why)) is None or not told.whole)] == []


def test_every_event_of_a_frozen_day_that_tells_a_reason_is_told(tmp_path: Path) -> None:
    laid_out("day", tmp_path / "day")
    subjects = git(tmp_path / "day", "log", "--first-parent", "--format=%s", "factory/ledger").splitlines()
    said = {found["text"] for subject in subjects if (found := REASON.fullmatch(subject))}
    assert len(said) >= 10
    ours = {stop.english for stop in STOPS.values()}
    assert [text for text in said - ours if (told := lookup.find(text)) is None or not told.whole] == []


def test_a_reason_is_looked_up_among_a_few_rows() -> None:
    every = catalogue()
    tried = [len(every.candidates(english)) for english, _ in TOLD]
    assert sum(tried) < 16 * len(TOLD)
    assert max(len(rows) for rows in every.by_word.values()) < 20


PIECES = st.sampled_from(
    [*catalogue().rows, "; ", ": ", "`", " and 3 more", " ", "x.py:3", "TEST: ", "{}", "한글", "$3", "\n"]
)


@given(st.lists(PIECES | st.text(max_size=9), max_size=9))
def test_whatever_is_joined_is_told_or_not_and_never_breaks(pieces: list[str]) -> None:
    told = korean.told("any", "".join(pieces))
    assert told is None or (told and len(told) < 4000)


@pytest.mark.parametrize(
    "text", [": a: b:c d; " * 90, " and 3 more; is " * 60, "the auditor x could not be asked: " * 30]
)
def test_a_text_made_to_be_long_in_the_finding_is_not(text: str) -> None:
    lookup.find.cache_clear()
    korean.told("any", f"the worker ended with exit code 1: {text}"[:1000])
    assert lookup.find.cache_info().misses < 400
