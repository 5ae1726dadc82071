"""Pure: which tests that are missing after a change live on under another name.

The guard `tests_kept` has compared their words already; here it is seen that as much still runs. Only files that the
change touched can have renamed tests, and a name that still stands in its file was not given away.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

Source = Callable[[str], str]  # a path of the changed tree -> its text; "" where it is gone


def function(node: str) -> str:
    """A node id without its parameters: of a second session, with its mark."""
    name, *session = re.split(r"( @\d+)\Z", node)
    return re.sub(r"\[.*\Z", "", name, flags=re.DOTALL) + "".join(session)


def renamed(missing: Collection[str], new: Collection[str], touched: Collection[str], source: Source) -> frozenset[str]:
    """Of the missing tests those that others stand in for. `new`: green now, and unknown to the base."""
    inside = [node for node in missing if node.split("::")[0] in touched]
    heirs = {node for node in new if node.split("::")[0] in touched}
    same = {node for node in inside if _same_function(function(node), inside, heirs)}
    left = [node for node in inside if node not in same]
    given_up = [node for node in left if not _is_defined(function(node), source)]
    if len(given_up) < len(left):
        return frozenset(same)
    heirs -= {node for node in heirs if function(node) in {function(n) for n in same}}
    return frozenset(same | set(left)) if _cover(heirs, left) else frozenset(same)


def _same_function(name: str, missing: Iterable[str], heirs: set[str]) -> bool:
    """Whether the function runs with other parameters, as often as before, or has none now."""
    own = [node for node in heirs if function(node) == name]
    return name in own or len(own) >= sum(function(node) == name for node in missing)


def _is_defined(name: str, source: Source) -> bool:
    """Whether the test's class, or one that it inherits from in the same file, or its module, has such a function."""
    path, _, rest = re.sub(r" @\d+\Z", "", name).partition("::")
    *classes, last = rest.split("::")
    text = source(path)
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return re.search(rf"\bdef\s+{re.escape(last)}\b", text) is not None
    known = {node.name: node for node in ast.walk(module) if isinstance(node, ast.ClassDef)}
    own = known.get(classes[-1]) if classes else module
    blocks: list[ast.AST] = [own] if own is not None else []
    for block in blocks:  # grows by what is inherited
        for base in block.bases if isinstance(block, ast.ClassDef) else ():
            above = known.get(base.id) if isinstance(base, ast.Name) else None
            blocks += [above] if above is not None and above not in blocks else []
    return any(
        isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == last for b in blocks for n in _inside(b)
    )


def _inside(block: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a block, without those of the classes and functions in it."""
    for node in ast.iter_child_nodes(block):
        yield node
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _inside(node)


def _cover(heirs: set[str], missing: list[str]) -> bool:
    """A new function without parameters stands in for any one, a parametrized one for as many cases as it has."""
    plain = sum(function(node) == node for node in heirs)
    cases = sorted(Counter(map(function, missing)).values(), reverse=True)
    return sum(cases[plain:]) <= len(heirs) - plain


# --- ids of parameters that change from run to run (times, uuids, scratch folders), matched by place

CHANGING = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"  # uuid
    r"|\d{4}-\d\d-\d\d|\d\d?:\d\d(?::\d\d)?(?:\.\d+)?"  # date, time
    r"|pytest-of-\w+/pytest-\d+|\btmp[a-z0-9_]{8}\b"  # scratch folders
    r"|[0-9a-f]{8,}(?:\.\d+)?"  # a digest, a place in memory
    r"|(?=[\w-]*[A-Za-z])(?=[\w-]*\d)[\w-]{16,}"  # a token
    r"|\d{3,}(?:\.\d+)?|\d+\.\d{3,}",  # a process, a port, seconds, a random number
    re.IGNORECASE,
)


def place(node: str, changing: Collection[str] = ()) -> str:
    """What an id with parameters shows on every run."""
    name = function(node)
    if name in changing:
        return f"{name}[#]"
    return CHANGING.sub("#", node) if name != node else node


def stand_ins(gone: Iterable[str], new: Iterable[str], changing: Collection[str] = ()) -> dict[str, str]:
    """For each node that is gone the new one in its place, one for one: never fewer tests than before.

    Only for ids that change by themselves: where the tested code chooses other parameters, the old ones are missing.
    By themselves change what looks like a time, a place or a token, and the ids of the functions in `changing`.
    """
    waiting: dict[str, list[str]] = {}
    for node in new:
        if (at := place(node, changing)) != node and "#" in at:
            waiting.setdefault(at, []).append(node)
    return {node: heirs.pop(0) for node in gone if (heirs := waiting.get(place(node, changing)))}


def changing_in(one: Collection[str], other: Collection[str]) -> frozenset[str]:
    """The functions whose ids differ between two runs of the same tree: parameters from a set, say."""
    return frozenset(function(node) for node in set(one) ^ set(other) if "[" in node)


def said(matched: Iterable[str]) -> tuple[str, ...]:
    """One line a function."""
    counts = Counter(map(function, matched))
    return tuple(f"{name}: its ids change from run to run; {n} matched by place" for name, n in counts.items())
