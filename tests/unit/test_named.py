"""What a message or a page names is there: commands with their options, pages, files; and its numbers are well counted."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from factory import cli

ROOT = Path(__file__).parents[2]
TREE = cli.commands()
SOURCES = sorted(path for folder in ("factory", "guards") for path in (ROOT / folder).rglob("*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "factory").rglob("*.toml"))]
QUOTED = re.compile(r"`(factory [^`\n]+)`")
TYPED = re.compile(r"^(?:\$ )?(factory [a-z][^#\n]*)", re.MULTILINE)
SHELL = re.compile(r"\s(?:&&?|\|\|?|;|>)(?:\s|$)")  # where another command begins
PAGE = re.compile(r"(?<!\")\bdocs/[\w./-]+\.md\b")
# Counted things in the plural, of which there may be one.
THINGS = (
    *("stamps", "attempts", "tickets", "cards", "calls", "lines", "records", "errors", "files", "notes", "commits"),
    *("faults", "drifts", "times", "reservations", "seconds", "minutes"),
)
COUNTED = re.compile(rf"^ (?:more )?(?:{'|'.join(THINGS)})\b")


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, text) of each string of a module; what varies in it is `{}`."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(v.value if isinstance(v, ast.Constant) else "{}" for v in node.values)  # type: ignore[misc]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def wrong(line: str) -> str:
    """What of a command line no command takes."""
    command, words = TREE, SHELL.split(line)[0].split()[1:]
    while words and not words[0].startswith("--") and hasattr(command, "commands"):
        if (name := words.pop(0)) not in command.commands:
            return name
        command = command.commands[name]
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help"}
    takes = [param for param in command.params if param.param_type_name == "argument"]
    options = [word for word in words if word.startswith("--")]
    return next((word for word in options if word.split("=")[0] not in known), "") or (
        "" if takes or hasattr(command, "commands") or not words or options else words[0]
    )


def test_every_command_line_that_is_named_can_be_typed() -> None:
    found = [(path, line) for path in SOURCES for _, text in texts(path) for line in QUOTED.findall(text)]
    found += [(path, line) for path in PAGES for line in QUOTED.findall(path.read_text(encoding="utf-8"))]
    found += [(path, line) for path in PAGES for line in TYPED.findall(path.read_text(encoding="utf-8"))]
    assert len(found) > 100
    assert [(path.name, line) for path, line in found if wrong(line)] == []


def test_every_page_that_is_named_is_there() -> None:
    found = [(path, page) for path in SOURCES for _, text in texts(path) for page in PAGE.findall(text)]
    found += [(path, page) for path in PAGES for page in PAGE.findall(path.read_text(encoding="utf-8"))]
    assert found
    assert [(path.name, page) for path, page in found if not (ROOT / page).exists()] == []


def test_what_is_counted_is_one_thing_where_there_is_one() -> None:
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            for number, text in (
                zip(node.values, node.values[1:], strict=False) if isinstance(node, ast.JoinedStr) else ()
            ):
                if isinstance(number, ast.FormattedValue) and isinstance(text, ast.Constant) and _counts(number):
                    found += [f"{path.name}:{node.lineno}: {text.value}"] if COUNTED.match(str(text.value)) else []
    assert found == []


def _counts(number: ast.FormattedValue) -> bool:
    """A constant of the code is more than one thing, and `many` looks."""
    name = ast.unparse(number.value)
    many = name.isupper() or name.startswith("many(") or "caps" in name or "max_" in name
    return not many and not name.endswith("[:12]")  # "... stamps it"
