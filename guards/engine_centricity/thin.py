"""Scripts and harness that only call: no class, no arithmetic, no branch inside a loop, and short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field

from guards.case import Rule
from guards.policy import Policy

if TYPE_CHECKING:
    from ast_grep_py import Config


class Thin(Policy):
    """Which files are thin, and what thin means for them."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    max_lines: int = Field(80, ge=1)
    classes: bool = False
    arithmetic: bool = False
    branching_loops: bool = False


_POLICY = 'ssot/engine_centricity.toml\n [[thin]]\n paths = ["scripts/**"]\n'
THIN = Rule(
    "engine_centricity/thin",
    forbids="a class, arithmetic, a branch in a loop or many lines in a file that is to be thin",
    why="a script that computes is an engine that nobody tests",
    bad=f"{_POLICY}scripts/price.py\n+print(sum(prices) * 90 // 100)",
    good=f"{_POLICY}scripts/price.py\n+print(total(prices, percent=10))",
)
CLASS: dict[str, Any] = {"kind": "class_definition"}
ARITHMETIC: dict[str, Any] = {
    "any": [
        {"kind": "binary_operator", "has": {"field": "operator", "regex": r"^(\*|/|//|%|\*\*|-|@|<<|>>)$"}},
        {"kind": "augmented_assignment", "has": {"field": "operator", "regex": r"^(\*|/|//|%|\*\*|-)=$"}},
    ]
}
BRANCH: dict[str, Any] = {
    "any": [{"kind": "if_statement"}, {"kind": "match_statement"}],
    "inside": {"any": [{"kind": "for_statement"}, {"kind": "while_statement"}], "stopBy": "end"},
}


def thick(rule: Thin, source: str) -> Iterator[tuple[int, str]]:
    """(line, what) for everything in a file that a thin file leaves to the engine."""
    from ast_grep_py import SgRoot

    lines = len(source.splitlines())
    if lines > rule.max_lines:
        yield rule.max_lines + 1, f"longer than the {rule.max_lines} lines of a thin file; move the work to the engine"
    root = SgRoot(source, "python").root()
    wanted = (
        (rule.classes, CLASS, "a class in a thin file; it belongs to the engine"),
        (rule.arithmetic, ARITHMETIC, "arithmetic in a thin file; it belongs to the engine"),
        (rule.branching_loops, BRANCH, "a branch inside a loop in a thin file; it belongs to the engine"),
    )
    for allowed, pattern, said in wanted:
        if not allowed:
            found = root.find_all(cast("Config", {"rule": pattern}))
            yield from ((node.range().start.line + 1, said) for node in found if not _is_text(node))


def _is_text(node: Any) -> bool:
    """`"%s" % name` and `Path / name` build text and paths; they compute nothing."""
    if node.kind() != "binary_operator":
        return False
    operator, ends = node.field("operator").text(), (node.field("left"), node.field("right"))
    texts = any(end is not None and end.kind() in ("string", "concatenated_string") for end in ends)
    path = "path" in node.field("left").text().casefold() or "__file__" in node.field("left").text()
    return texts or (operator == "/" and path)
