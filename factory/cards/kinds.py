"""What kind of file it is, and what it defines."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Mapping

from factory.cards.measure import Measure, codec
from factory.cards.patterns import DEFINITIONS, Definition, definitions

# a language, and the endings of its files
_LANGUAGES = """
    bash bash sh | c c h | cpp cc cpp cxx hpp | ini cfg ini | css css | csv csv | go go | html htm html | java java
    javascript js jsx mjs | json json | jsonl jsonl | kotlin kt | lua lua | markdown md | php php
    python py pyi pyw | ruby rb | rust rs | restructuredtext rst | scala scala | sql sql | swift swift | toml toml
    typescript ts | tsx tsx | xml xml | yaml yaml yml
"""
_SUFFIXES: Mapping[str, str] = {
    suffix: name
    for row in re.split(r"[|\n]", _LANGUAGES.strip())
    for name, *suffixes in [row.split()]
    for suffix in suffixes
}
_INTERPRETERS = {"python": "python", "bash": "bash", "sh": "bash", "node": "javascript", "ruby": "ruby", "perl": "perl"}


def kind_of(path: str, measured: Measure) -> str:
    """A language's name, `text`, `binary` or `empty`."""
    if not measured.size:
        return "empty"
    if measured.encoding == "binary":
        return "binary"
    stem, dot, suffix = path.rpartition("/")[2].rpartition(".")
    if stem and dot and suffix.lower() in _SUFFIXES:
        return _SUFFIXES[suffix.lower()]
    words = measured.shebang.replace("/usr/bin/env", "").replace("-S", "").split()
    name = words[0].rpartition("/")[2].rstrip("0123456789.") if words else ""
    return _INTERPRETERS.get(name, "text")


def defined(kind: str, measured: Measure) -> tuple[tuple[Definition, ...], str]:
    """The definitions of a source file in order, and why there are none where it could not be parsed."""
    if kind != "python" and kind not in DEFINITIONS:
        return (), ""
    if measured.content is None:
        return (), "too large to parse"
    try:
        if kind == "python":
            return _python(measured.content), ""
        return definitions(measured.content.decode(codec(measured.encoding)), kind), ""
    except SyntaxError as error:
        return (), f"line {error.lineno or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:  # MemoryError: Python's word for nested too deep
        return (), str(error) or type(error).__name__


def _python(content: bytes) -> tuple[Definition, ...]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the files' own doubtful escapes
        module = ast.parse(content)
    return tuple(sorted(_walk(module), key=lambda found: found.line))


def _walk(module: ast.Module) -> Iterator[Definition]:
    """Functions and classes with the names around them; a stack, since a file may nest deeper than Python recurses."""
    stack: list[tuple[ast.AST, str]] = [(module, "")]
    while stack:
        node, around = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield Definition(around + node.name, kind, node.lineno)
            around = f"{around}{node.name}."
        stack.extend((child, around) for child in ast.iter_child_nodes(node))
