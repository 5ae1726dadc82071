"""What a program says of a failure, in Korean by its kind: the name in it that tells what to mend."""

from __future__ import annotations

import re

from factory.reports.korean import josa

ROWS: tuple[tuple[str, str, str], ...] = (
    ("IMPORT", r"No module named '?([\w.]+)", "import 할 수 없는 모듈: {0}"),
    ("IMPORT", r"cannot import name '(\w+)' from '([\w.]+)'", "{1}에서 import 할 수 없는 이름: {0}"),
    ("IMPORT", r"name '(\w+)' is not defined", "정의되지 않은 이름: {0}"),
    ("IMPORT", r"[Cc]annot find (?:module|package|name) ['\"]?([^'\"\s]+)", "찾을 수 없는 것: {0}"),
    ("PATH", r"[Nn]o such file or directory: '?([^'\s]+)", "없는 경로: {0}"),
    ("PATH", r"(\S+): [Nn]o such file or directory", "없는 경로: {0}"),
    ("SCHEMA", r"\b([A-Z]\w*(?:Error|Exception))\b", "{0}이(가) 났습니다"),
    ("TEST", r"(\S+::\S+): (?:failed|error)", "{0}이(가) 실패합니다"),
)
_TABLE = tuple((kind, re.compile(pattern), sentence) for kind, pattern, sentence in ROWS)


def told(kind: str, why: str) -> str | None:
    """What the text names, in Korean; None where no row knows it."""
    for its, pattern, sentence in _TABLE:
        if its == kind and (found := pattern.search(why)):
            return josa.fill(sentence, *found.groups(""))
    return None
