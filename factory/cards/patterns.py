"""ast-grep, behind one door: definitions, patterns and their faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# Kinds of a language's named definitions; the name is the node's field `name`.
DEFINITIONS: Mapping[str, tuple[str, ...]] = {
    "bash": ("function_definition",),
    "go": ("function_declaration", "method_declaration", "type_spec"),
    "java": ("class_declaration", "interface_declaration", "enum_declaration", "method_declaration"),
    "javascript": ("function_declaration", "class_declaration", "method_definition"),
    "lua": ("function_declaration",),
    "php": ("function_definition", "class_declaration", "method_declaration"),
    "ruby": ("class", "module", "method"),
    "rust": ("function_item", "struct_item", "enum_item", "trait_item", "mod_item"),
    "tsx": ("function_declaration", "class_declaration", "interface_declaration", "method_definition"),
    "typescript": ("function_declaration", "class_declaration", "interface_declaration", "method_definition"),
}
LANGUAGES = frozenset({*DEFINITIONS, "python", "c", "cpp", "css", "html", "json", "kotlin", "scala", "swift", "yaml"})
_META = re.compile(r"(\${1,3})([A-Z_][A-Z0-9_]*)")


class Match(NamedTuple):
    """Where a pattern matched, in characters from the start of the text, and what its metavariables hold."""

    start: int
    end: int
    line: int
    text: str
    metas: Mapping[str, str]


class Definition(NamedTuple):
    name: str
    kind: str
    line: int


def find(
    text: str, language: str, pattern: str | Mapping[str, Any], metas: frozenset[str] = frozenset()
) -> Iterator[Match]:
    """Every match in a text, in order of the text; `metas` are the metavariables whose text is wanted."""
    for node in _nodes(text, language, pattern):
        span = node.range()
        held = {name: _held(text, node, name) for name in metas}
        yield Match(span.start.index, span.end.index, span.start.line + 1, node.text(), held)


def definitions(text: str, language: str) -> tuple[Definition, ...]:
    """The named definitions of a text; none for a language without a table."""
    kinds = DEFINITIONS.get(language, ())
    nodes = _nodes(text, language, {"any": [{"kind": kind} for kind in kinds]}) if kinds else []
    named = ((node, node.field("name")) for node in nodes)
    return tuple(Definition(name.text(), node.kind(), node.range().start.line + 1) for node, name in named if name)


def metavariables(fix: str) -> frozenset[str]:
    """The names in a replacement: `$NAME`, and `$$$NAME` with its dollars."""
    return frozenset(("$$$" if dollars == "$$$" else "") + name for dollars, name in _META.findall(fix))


def filled(fix: str, metas: Mapping[str, str]) -> str:
    """The replacement with its metavariables' text; one that the match does not hold is empty."""
    return _META.sub(lambda m: metas.get(("$$$" if m[1] == "$$$" else "") + m[2], ""), fix)


def pattern_fault(language: str, pattern: str | Mapping[str, Any]) -> str:
    """Why a pattern can never match, or an empty string. ast-grep itself says nothing and matches nothing."""
    from ast_grep_py import SgRoot

    if language not in LANGUAGES:
        return f"no grammar for {language}; known: {', '.join(sorted(LANGUAGES))}"
    try:
        SgRoot("", language).root().find_all({"rule": _rule(pattern)})  # type: ignore[call-overload]
    except Exception as error:
        said = [
            line.split(": ", 1)[-1] for line in str(error).split("Stack backtrace", 1)[0].splitlines() if line.strip()
        ]
        return f"not an ast-grep rule: {said[-1].strip()}"
    if isinstance(pattern, str):
        plain = _META.sub("µ", pattern).replace("$", "µ")
        if SgRoot(plain, language).root().find(kind="ERROR"):
            return (
                f"{pattern!r} is not whole {language}; write a rule object (kind, has, ...) for a part of a statement"
            )
    return ""


def _nodes(text: str, language: str, pattern: str | Mapping[str, Any]) -> list[Any]:
    from ast_grep_py import SgRoot

    found = SgRoot(text, language).root().find_all({"rule": _rule(pattern)})  # type: ignore[call-overload]
    return sorted(found, key=lambda node: (node.range().start.index, node.range().end.index))


def _rule(pattern: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"pattern": pattern} if isinstance(pattern, str) else dict(pattern)


def _held(text: str, node: Any, name: str) -> str:
    """What one metavariable holds, as it stands in the text (separators and blanks with it)."""
    if not name.startswith("$$$"):
        one = node.get_match(name)
        return one.text() if one else ""
    many = node.get_multiple_matches(name[3:])
    return text[many[0].range().start.index : many[-1].range().end.index] if many else ""
