"""How other languages write an assertion: the calls, with the arguments that say what is expected, and comparisons."""

from __future__ import annotations

import re
from collections.abc import Callable

TEXT = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
NUMBER = r"-?\d[\d_]*(?:\.\d+)?(?:[uif](?:8|16|32|64|size))?[LlFfDdUu]?"
LITERAL = re.compile(f"{NUMBER}|{TEXT}")
Places = Callable[[int], tuple[int, ...]]  # how many arguments there are -> which of them are expectations


def _second(count: int) -> tuple[int, ...]:
    return (1,) if count in (2, 3) else ()  # the third one is a message


def _either(count: int) -> tuple[int, ...]:
    return (0, 1) if count == 2 else ()  # of three, one is a message, and nobody knows which


def _after_t(count: int) -> tuple[int, ...]:
    return (1, 2) if count >= 3 else ()


def _macro(count: int) -> tuple[int, ...]:
    return (0, 1) if count >= 2 else ()


def _first(count: int) -> tuple[int, ...]:
    return (0,) if count else ()


SHELLS = {".sh", ".bash", ".bats", ".zsh", ".mk", ""}
JEST = "toBe|toEqual|toStrictEqual|toContain|toHaveLength|toThrow|toThrowError|toBeCloseTo"
JS: list[tuple[str, Places]] = [
    (rf"(?<!not)(?<!resolves)\.(?:{JEST})\(", _first),
    (r"\bassert\.(?:equal|strictEqual|deepEqual|deepStrictEqual)\(", _second),
    (r"\bt\.(?:is|equal|equals|same|deepEqual|strictEqual)\(", _second),
    (r"(?<!not)\.(?:to\.(?:be\.)?(?:equal|eql|eq)|to\.deep\.equal|should\.(?:equal|eql))\(", _first),
]
JVM: list[tuple[str, Places]] = [(r"\bassertEquals\(", _either), (r"\.isEqualTo\(", _first)]
C: list[tuple[str, Places]] = [(r"\b(?:EXPECT|ASSERT)_(?:STR|FLOAT_|DOUBLE_)?EQ\(", _either)]
CALLS: dict[str, list[tuple[str, Places]]] = {
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"), JS),
    **dict.fromkeys((".java", ".kt", ".scala", ".groovy"), JVM),
    **dict.fromkeys((".c", ".cc", ".cpp", ".cxx", ".h", ".hpp"), C),
    ".go": [(r"\b(?:assert|require)\.(?:Equal|EqualValues|Exactly|Contains|EqualError|ErrorContains)\(", _after_t)],
    ".rs": [(r"\bassert_eq!\(", _macro)],
    ".rb": [(r"\bassert_equal[( ]", _macro), (r"\.to[( ]\s*eql?[( ]", _first), (r"\.must_equal[( ]", _first)],
    ".cs": [(r"\bAssert\.(?:Equal|AreEqual)\(", _either)],
    ".php": [(r"->assert(?:Equals|Same)\(", _macro)],
    ".swift": [(r"\bXCTAssertEqual\(", _macro)],
}

# Comparisons with a literal behind them: `assert(x == 270)`, `if got != 270 { t.Errorf(`, `[ "$x" = 270 ] ||`.
VALUE = f"(?P<value>{LITERAL.pattern})"
EQUALS = rf"[^;\n]*?(?<![!<>=])===?\s*{VALUE}\s*"
ALONE = r"(?![^;\n]*(?:\bor\b|\|\||\?))"  # one of several ways to be right
BEHIND: dict[str, str] = {
    ".py": rf"^\s*assert\b{ALONE}{EQUALS}(?=,|#|$)",
    **dict.fromkeys((".c", ".cc", ".cpp", ".cxx"), rf"\b(?:assert|REQUIRE|CHECK|ASSERT_TRUE)\({ALONE}{EQUALS}\)\s*;"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".ts", ".mts"), rf"\bassert(?:\.ok)?\({ALONE}{EQUALS}\)"),
    ".rs": rf"\bassert!\({ALONE}{EQUALS}\)\s*;",
    ".exs": rf"\bassert\b{ALONE}{EQUALS}$",
    ".go": rf"\bif\b[^{{|]*?!=\s*{VALUE}\s*\{{(?=[^\n]*\n?[^\n]*\bt\.(?:Error|Fatal|Fail))",
    ".sh": (
        rf"(?:\bassert\b(?![^;\n]*\bor\b)[^;\n]*?==\s*|(?:^|\s)(?:\[\[?|test)\s[^;\n&|]*?(?:\s==?|-eq)\s+)"
        rf"(?P<value>{LITERAL.pattern}|[\w.-]+)(?=\s*\]?\]?\s*(?:\|\||$|['\"]\s*$))"
    ),
}
# The last word of a pipe that looks for a text: `| grep -q 270`; not where its answer is turned round, or goes further.
LOOKS_FOR = rf"(?P<value>{TEXT}|[\w.-]+)(?=\s*$)"
GREP = re.compile(rf"^[^#!;&\n]*\|\s*grep(?:\s+-(?:[qiwxEFo]+|-\w+))*\s+{LOOKS_FOR}", re.MULTILINE)
