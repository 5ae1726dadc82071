"""The exact reasons of the factory's own making in Korean, with what varies filled in. Pure.

A row is a kind (of a stop, or a triage), what its reason looks like in English, and its sentence. What no row knows is
told in the words of who said it.
"""

from __future__ import annotations

import re

ROWS: tuple[tuple[str, str, str], ...] = (
    ("limit", r"one attempt was asked for", "시도를 한 번만 하라고 했습니다"),
    ("until", r"was to work until (\S+ \S+) \((\S+)\)", "{1} 시각으로 {0}까지 일하라고 했습니다"),
    (
        "storm",
        r"(\d+) attempts? failed in a row in (\S+ box \d+)",
        "{1}에서 시도 {0}번이 잇달아 실패했습니다",
    ),
    ("storm", r"(\d+) attempts? failed in a row", "시도 {0}번이 잇달아 실패했습니다"),
    ("storm", r"refused (\d+) calls? in a row", "모델 서버가 호출 {0}번을 잇달아 거절했습니다"),
    (
        "budget",
        r"(.+) used on (\S+); up to (.+) more would pass the cap of (.+?);",
        "{1}에 {0} 사용, 최대 {2} 더 쓰면 한도 {3} 초과",
    ),
    (
        "quota",
        r"(\S+): the daily quota is used up; it turns in ([\d.]+) hours",
        "작업자 {0}, {1}시간 뒤에 열립니다",
    ),
    ("way", r"uncommitted work in (.+) would be overwritten", "커밋하지 않은 파일: {0}. 커밋하거나 stash 하세요"),
    ("moved", r"main keeps moving", "main이 계속 바뀝니다"),
    ("moved", r"(\S+) is not at (\S+) any more", "{0}이(가) 더는 {1}에 있지 않습니다"),
    ("stuck", r"(\S+) waits for (\S+), which is (\w+)", "{0}은(는) {1}을(를) 기다리는데, {1}의 상태가 {2}입니다"),
    (
        "stuck",
        r"(\S+) waits for (\S+), which says DONE and has no stamp",
        "{0}은(는) {1}을(를) 기다리는데, {1}은(는) DONE이라고 적혀 있지만 스탬프가 없습니다",
    ),
    ("main", r"all three tiers are empty", "[gate]의 세 단계가 모두 비어 있습니다. 명령을 하나 이상 적으세요"),
    ("main", r"`(.+)` \((\w+)\) on main runs into its time limit", "{1} 단계의 `{0}`이(가) 제한 시간을 넘겼습니다"),
    ("main", r"`(.+)` \((\w+)\) on main finds no test", "{1} 단계의 `{0}`이(가) 테스트를 하나도 찾지 못했습니다"),
    (
        "main",
        r"`(.+)` \((\w+)\) on main could not run \(exit code (-?\d+)\)",
        "{1} 단계의 `{0}`을(를) 실행할 수 없었습니다(종료 코드 {2})",
    ),
    ("main", r"`(.+)` \((\w+)\) on main is red", "{1} 단계의 `{0}`이(가) main에서 실패합니다"),
    ("main", r"`(.+)` \((\w+)\) is red on main in a room", "{1} 단계의 `{0}`이(가) 방 안의 main에서 실패합니다"),
    ("written", r"^([^\s:]+):(\d+): ", "{0}의 {1}번째 줄"),
    ("written", r"^([^\s:]+\.(?:md|toml)): ", "{0}"),
    ("worker", r"no key for (\S+): (\w+) is not set", "{0}의 키가 없습니다. 환경 변수 {1}을(를) 지정하세요"),
    ("worker", r"the key in (\w+) holds a character", "환경 변수 {0}의 키에 키에는 없는 글자가 있습니다"),
    ("worker", r"(\S+) refuses the key \((\d+)\)", "{0}이(가) 키를 거절했습니다(HTTP {1})"),
    ("worker", r"(\S+) is not installed", "{0}이(가) 설치되어 있지 않습니다"),
    ("auditor", r"the auditor (\S+) ended with exit code (-?\d+)", "감사자 {0}: 종료 코드 {1}"),
    ("auditor", r"the auditor (\S+) ended with TIMEOUT", "감사자 {0}: 제한 시간 초과"),
    ("auditor", r"the auditor (\S+) ended with (\w+)", "감사자 {0}: {1}"),
    ("auditor", r"the auditor (\S+) answered outside the schema", "감사자 {0}: 정해진 형식이 아닌 답"),
    ("auditor", r"the auditor (\S+) wrote no opinion", "감사자 {0}: 의견을 쓰지 않음"),
    ("auditor", r"the auditor (\S+) could not read: (.+)", "감사자 {0}: {1}"),
    ("signing", r"there is no key at (\S+?);", "키가 {0}에 없습니다"),
    ("signing", r"the key (\S+) is none of those", "main이 인정하지 않는 키: {0}"),
    ("count", r"(\S+) counts (\S+) as stamped", "{0}은(는) {1}을(를) 스탬프로 셌는데 main에는 없습니다"),
    ("machine", r"No space left on device(?:: (\S+?);)?", "디스크에 자리가 없습니다"),
    ("machine", r"No such file or directory: (\S+?);", "없어진 경로: {0}"),
    (
        "machine",
        r"there is no ssh-keygen on the PATH",
        "ssh-keygen이 없습니다. openssh-client를 설치하세요",
    ),
    ("machine", r"generated in \S+ names (.+), and this checkout has no", "{0} 파일이 없습니다. 먼저 빌드하세요"),
    ("machine", r"no sandbox works here", "쓸 수 있는 샌드박스가 없습니다"),
    ("machine", r"(\S+) is not installed", "{0}이(가) 설치되어 있지 않습니다"),
    ("IMPORT", r"No module named '?([\w.]+)", "import 할 수 없는 모듈: {0}"),
    ("IMPORT", r"cannot import name '(\w+)' from '([\w.]+)'", "{1}에서 import 할 수 없는 이름: {0}"),
    ("IMPORT", r"name '(\w+)' is not defined", "정의되지 않은 이름: {0}"),
    ("IMPORT", r"[Cc]annot find (?:module|package|name) ['\"]?([^'\"\s]+)", "찾을 수 없는 것: {0}"),
    ("PATH", r"[Nn]o such file or directory: '?([^'\s]+)", "없는 경로: {0}"),
    ("PATH", r"(\S+): [Nn]o such file or directory", "없는 경로: {0}"),
    ("SCHEMA", r"\b([A-Z]\w*(?:Error|Exception))\b", "{0}이(가) 났습니다"),
    ("TEST", r"(\S+) is still red", "{0}이(가) 여전히 실패합니다"),
    ("TEST", r"(\S+) is not proven", "{0}이(가) 증명되지 않았습니다"),
    ("TEST", r"(\S+) of (\S+) is DONE, and red here", "이미 끝난 {1}의 {0}이(가) 다시 실패합니다"),
    (
        "TEST",
        r"(\S+) is green only with what the change made of (.+?): leave",
        "{0}은(는) 변경이 고친 {1}이(가) 있어야만 통과합니다",
    ),
    ("TEST", r"(\S+): passed on the base, missing now", "전에 통과하던 {0}이(가) 없어졌습니다"),
    ("TEST", r"(\S+): passed on the base, (\w+) now", "전에 통과하던 {0}이(가) 이제는 {1}입니다"),
    ("TEST", r"(\S+::\S+): (?:failed|error)", "{0}이(가) 실패합니다"),
    ("API", r"refused it (\d+) times? in a row", "모델 서버가 {0}번 잇달아 거절했습니다"),
    ("CONFLICT", r"(\S+) was changed on main meanwhile", "그사이 main에서 바뀐 파일: {0}"),
    ("CONFLICT", r"main kept moving while the gate ran", "게이트가 검사하는 동안 main이 계속 바뀌었습니다"),
    ("TIMEOUT", r"the worker was ended after ([\d.]+) min", "작업자를 {0}분 뒤에 끝냈습니다"),
    ("TIMEOUT", r"`(.+)` ran into its time limit", "`{0}`이(가) 제한 시간을 넘겼습니다"),
    ("EMPTY", r"the worker changed nothing", "바뀐 파일이 없습니다"),
    ("VACUOUS", r"(\S+) was green before any work", "{0}의 검사가 처음부터 통과했습니다"),
    ("VACUOUS", r"(\S+) was green with what the change brings", "{0}의 검사가 변경한 테스트만으로 통과했습니다"),
    ("WORKER", r"the worker ended with exit code (-?\d+)", "작업자가 종료 코드 {0}으로 끝났습니다"),
    (
        "ENVIRONMENT",
        r"(\S+) could not run on main \(exit code (-?\d+)\)",
        "main에서 {0} 실행 불가(종료 코드 {1})",
    ),
    ("ENVIRONMENT", r"(\S+) could not run", "{0}을(를) 실행할 수 없습니다"),
    ("ENVIRONMENT", r"`(.+)` ended with exit code (-?\d+)", "`{0}`이(가) 종료 코드 {1}(으)로 끝났습니다"),
    ("SCOPE", r"^([^:]+?)(?::\d+)?: \w+: ", "파일: {0}"),
    ("GUARD", r"^(\S+): .*contradicts what main expects", "main의 테스트와 어긋납니다: {0}"),
    (
        "GUARD",
        r"^`(.+)` passes only with what the change made of (.+?):",
        "변경이 고친 {1} 없이는 `{0}` 실패",
    ),
    ("GUARD", r"^([^:]+?)(?::\d+)?: (\w+): ", "가드 {1}, 파일 {0}"),
    ("TAMPER", r"^([^:]+?)(?::\d+)?: (\w+): ", "가드 {1}, 파일 {0}"),
    ("TAMPER", r"^([^\s:]+): ", "{0}"),
)
_TABLE = tuple((kind, re.compile(pattern), sentence) for kind, pattern, sentence in ROWS)


def told(kind: str, why: str) -> str | None:
    """The reason in Korean; None where no row knows it."""
    for its, pattern, sentence in _TABLE:
        if its == kind and (found := pattern.search(why)):
            return sentence.format(*(found.groups("")))
    return None
