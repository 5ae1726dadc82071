"""The kickoff pack: what a repository is made of, as JSON and as the paragraph that goes to workers."""

from __future__ import annotations

import ast
import contextlib
import re
import tomllib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.plain import many
from factory.records.view import find_main
from factory.ssot.product import TEST_FILES, product_of
from factory.tree import LINK, SUBMODULE, Tree, matches

LANGUAGES = {
    ".py": "Python",
    ".js": "JavaScript",
    ".ts": "TypeScript",
    ".tsx": "TypeScript",
    ".go": "Go",
    ".rs": "Rust",
    ".java": "Java",
    ".c": "C",
    ".h": "C",
    ".cpp": "C++",
    ".cc": "C++",
    ".rb": "Ruby",
    ".php": "PHP",
    ".sh": "Shell",
    ".kt": "Kotlin",
    ".swift": "Swift",
    ".cs": "C#",
    ".scala": "Scala",
    ".md": "Markdown",
    ".sql": "SQL",
}
LONG = 500  # lines
OPEN = re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b")  # in two parts, so that this file is not its own finding
BIGGEST = 1 << 20  # bytes; larger files are counted and not read


def scan(path: Path) -> dict[str, Any]:
    """Look over main's tip. Writes nothing."""
    with Repo(path) as repo:
        return survey(GitTree(repo.store, find_main(repo)[1]))


def survey(tree: Tree, most: int | None = None) -> dict[str, Any]:
    """The whole pack, from one tree. `most`: how many files of code are read; `unread` says how many were left."""
    lines: Counter[str] = Counter()
    long, todo, edges = [], 0, 0
    blocks: Counter[int] = Counter()
    paths = [p for p, entry in tree.entries().items() if entry.mode not in (LINK, SUBMODULE)]
    code = [(path, language) for path in paths if (language := LANGUAGES.get(PurePosixPath(path).suffix))]
    for path, language in code[:most]:
        content = tree.read(path)
        if len(content) > BIGGEST or b"\0" in content[:8000]:
            continue
        text = content.decode("utf-8", "replace")
        rows = text.splitlines()
        lines[language] += len(rows)
        long += [f"{path}: {len(rows)}"] if len(rows) > LONG and language != "Markdown" else []
        todo += len(OPEN.findall(text))
        edges += _imports(text) if language == "Python" else 0
        blocks.update(_blocks(rows) if language != "Markdown" else ())
    total = sum(lines.values())
    return {
        "files": len(paths),
        "languages": {name: round(n / total, 3) for name, n in lines.most_common()} if total else {},
        "lines": total,
        "dependencies": dependencies(tree),
        "entry_points": entry_points(tree),
        "tests": sum(matches(p, TEST_FILES) for p in paths),
        "product": list(product_of(tree)),
        "long_files": sorted(long)[:20],
        "clones": sum(n - 1 for n in blocks.values() if n > 1),
        "imports": edges,
        "open_notes": todo,
        "unread": len(code[most:]) if most is not None else 0,
    }


def _imports(text: str) -> int:
    try:
        parsed = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return 0
    return sum(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(parsed))


def _blocks(rows: list[str], size: int = 8) -> set[int]:
    """The runs of so many lines of a file, by their hash: a count for the eye, not a verdict."""
    code = [row.strip() for row in rows if len(row.strip()) > 3]
    return {hash(tuple(code[n : n + size])) for n in range(len(code) - size + 1)}


def dependencies(tree: Tree) -> list[str]:
    """The names that pyproject.toml, requirements.txt or package.json ask for."""
    found: list[str] = []
    project = _toml(tree, "pyproject.toml").get("project", {})
    found += [_name(d) for d in project.get("dependencies", []) if isinstance(d, str)]
    if not found and "requirements.txt" in tree.entries():
        rows = tree.read("requirements.txt").decode("utf-8", "replace").splitlines()
        found += [_name(row) for row in rows if re.match(r"[A-Za-z]", row)]
    if "package.json" in tree.entries():
        import json

        with contextlib.suppress(ValueError, AttributeError, TypeError):
            found += sorted(json.loads(tree.read("package.json")).get("dependencies", {}))
    return found[:50]


def entry_points(tree: Tree) -> list[str]:
    scripts = _toml(tree, "pyproject.toml").get("project", {}).get("scripts", {})
    named = [f"{name} = {at}" for name, at in scripts.items()] if isinstance(scripts, dict) else []
    return (
        named
        + sorted(p for p in tree.entries() if PurePosixPath(p).name in ("__main__.py", "main.py", "manage.py"))[:10]
    )


def _toml(tree: Tree, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(tree.read(path).decode("utf-8", "replace"))
    except (KeyError, tomllib.TOMLDecodeError):
        return {}


def _name(requirement: str) -> str:
    return re.split(r"[\s<>=!~;\[(]", requirement, maxsplit=1)[0]


COUNTED = (("imports", "import"), ("clones", "repeated block"), ("open_notes", "open note"))


def as_paragraph(found: dict[str, Any]) -> str:
    """For a worker: what it is about to work on, in a few sentences."""
    mix = ", ".join(f"{name} {share:.0%}" for name, share in list(found["languages"].items())[:4]) or "no code"
    whole = f"{many(found['files'], 'file')}, {many(found['lines'], 'line')}"
    parts = [f"{whole} ({mix}); {many(found['tests'], 'test file')}."]
    if found["entry_points"]:
        parts.append(f"Entry points: {', '.join(found['entry_points'][:5])}.")
    if found["dependencies"]:
        parts.append(f"It depends on {', '.join(found['dependencies'][:12])}.")
    if found["long_files"]:
        parts.append(f"Long files: {', '.join(found['long_files'][:5])}.")
    if found["unread"]:
        parts.append(f"Not counted here: {many(found['unread'], 'more file')} of code.")
    parts.append(", ".join(many(found[name], thing) for name, thing in COUNTED) + ".")
    return " ".join(parts)
