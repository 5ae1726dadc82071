"""Altered judges of Python tests: in place, under the same name, at the same line."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from factory.gate.altered.calls import Calls
from factory.gate.altered.dice import Dice
from factory.gate.altered.executed import surely
from factory.gate.altered.functions import functions, lacking, tries_many
from factory.gate.altered.names import Function, Module, Names
from factory.gate.altered.nouns import Edit, Group, How, Round, Site, told
from factory.gate.altered.origins import Origins
from factory.gate.altered.owners import Owners, Place
from factory.gate.altered.questions import Draft, Question, Questions
from factory.gate.altered.sides import Leaf, Sides
from factory.gate.altered.source import Free, Source
from factory.gate.altered.values import Taken, another, plain

MANY = 1000  # literals of a side: then the whole side is another
UNFIT = (ValueError, RecursionError, MemoryError)  # of a source that this Python cannot read, or not write again


class File:
    """The questions of one test file, and the groups of values that each of its functions can be asked with."""

    def __init__(self, path: str, source: Source, digest: str) -> None:
        self.path, self.source, self._digest = path, source, digest
        self.functions = functions(self.source.tree)
        self._sides = Sides(Origins(self.source.tree))
        self._module = Module(self.source.tree)
        methods = (n.name for n in ast.walk(self.source.tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)))
        self._own = frozenset(methods)
        self._asked = frozenset(self._asked_names())

    def groups(self, name: str) -> list[Group]:
        """Those of one function, in the order in which they are asked: its literals, then what else it has."""
        found = self.functions.get(name)
        if found is None:
            return []
        names = Names(self._module, found.node, found.above, self._asked)
        calls = self._calls(found.node)
        sure = list(surely(found.node.body, names.full, calls.swallows))
        dice = Dice(self._digest, self.path, found.node.lineno)
        first, last = [], []
        for question in (q for statement in sure for q in _questions(calls, statement)):
            literal = [g for d in question.drafts if (g := self._group(d, names, sure))]
            first += literal
            if not literal and question.last and (group := self._group(question.last, names, sure)):
                last.append(group)
        return [*dice.shuffled(first), *dice.shuffled(last)]

    def uses(self, name: str) -> set[str]:
        """The names that a function reads."""
        found = self.functions[name]
        parts = (found.node, *(d for c in found.above for d in c.decorator_list))
        return {n.id for part in parts for n in ast.walk(part) if isinstance(n, ast.Name)}

    def _calls(self, function: Function) -> Calls:
        return Calls(Questions(self.source, self._sides, tries_many(function), lacking(function)), self._own)

    def _asked_names(self) -> Iterator[int]:
        """The name nodes that stand as an expectation, or in the message of an assertion."""
        for node in ast.walk(self.source.tree):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            calls = self._calls(node)
            for statement in (n for n in ast.walk(node) if isinstance(n, (ast.Assert, ast.Expr))):
                leaves = (x for q in _questions(calls, statement) for d in q.drafts for x in d.leaves)
                yield from (id(leaf.node) for leaf in leaves if leaf.is_name)
                if isinstance(statement, ast.Assert) and statement.msg:
                    yield from (id(n) for n in ast.walk(statement.msg))

    def _group(self, draft: Draft, names: Names, sure: list[ast.stmt]) -> Group | None:
        if draft.edits:
            old = self.source.text[draft.edits[0].start : draft.edits[-1].end]
            return Group(draft.line, _said(old, draft.edits), draft.edits)
        literals = [leaf for leaf in draft.leaves if not leaf.is_name]
        module: frozenset[str] = frozenset()
        if not literals:
            literals, module = self._named(draft, names, sure)
        return self._altered(draft.line, literals, module) if literals else None

    def _named(self, draft: Draft, names: Names, sure: list[ast.stmt]) -> tuple[list[Leaf], frozenset[str]]:
        """The literals behind the first name that stands for some in every case."""
        beside = {n.id for n in ast.walk(draft.beside) if isinstance(n, ast.Name)} if draft.beside else set()
        for leaf in draft.leaves:
            if not isinstance(leaf.node, ast.Name) or leaf.node.id in beside:
                continue
            meaning = names.meaning(leaf.node, sure)
            cells = [list(self._sides.leaves(v, leaf.how)) for v in meaning.values] if meaning else []
            cells = [[x for x in cell if not x.is_name] for cell in cells]
            if meaning and cells and all(cells):
                return [x for cell in cells for x in cell], meaning.module
        return [], frozenset()

    def _altered(self, line: int, leaves: list[Leaf], module: frozenset[str]) -> Group | None:
        if len(leaves) > MANY:
            return None
        dice = Dice(self._digest, self.path, leaves[0].node.lineno, leaves[0].node.col_offset)
        taken: Taken = {plain(leaf.value) for leaf in leaves if not isinstance(leaf.value, bool)}
        edits = []
        for leaf in leaves:
            old = self.source.segment(leaf.node)
            if isinstance(leaf.node, ast.JoinedStr):
                new: str | None = f"({old} + {dice.word()!r})" if leaf.how in (How.SAME, How.FAR) else None
            else:
                new = another(leaf.value, old, leaf.how, dice, taken)
            if new is None:
                return None
            edits.append(self.source.swap(leaf.node, new))
        return Group(
            line, told(self.source.segment(leaves[0].node), edits[0].text, len(edits) - 1), tuple(edits), module
        )


def _said(old: str, edits: tuple[Edit, ...]) -> str:
    """`object()` and other words are told as they are; what is put around an expression, with it."""
    if len(edits) == 2:
        return told(old, f"{edits[0].text}{old}{edits[1].text}")
    return told(old, edits[0].text)


def _questions(calls: Calls, statement: ast.AST) -> Iterator[Question]:
    if isinstance(statement, ast.Assert):
        yield from calls.ask.truth(statement.test)
    elif isinstance(statement, ast.Expr):
        value = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
        if isinstance(value, ast.Call):
            yield from calls.stated(value)
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            yield from calls.raising(item.context_expr)


def rounds(
    tests: Mapping[str, Collection[str]], sources: Mapping[str, bytes], digest: str, most: int = 4
) -> tuple[Round, ...]:
    """Altered judges of tests (path -> qualified names): in a round each function with a group left is altered once.

    `sources` may hold more files: a test that a class inherits is altered where it is written.
    """
    owners = Owners(sources)
    wanted: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
    for path, name in sorted({(path, name) for path, names in tests.items() for name in names}):
        if owner := owners.owner(path, name):
            wanted[owner[0]][owner[1]].append((path, name))
    files = [(*read, names) for path, names in wanted.items() if (read := _read(path, names, owners, digest))]
    found = []
    for _ in range(most):
        changed: dict[str, bytes] = {}
        sites: dict[Place, Site] = {}
        for file, left, names in files:
            chosen = _chosen(file, left)
            if chosen and (data := _written(file, chosen)):
                changed[file.path] = data
                told_at = ((place, g) for name, g in chosen.items() for place in names[name])
                sites |= {place: Site(*place, g.line, g.what) for place, g in told_at}
        if sites:
            found.append(Round(changed, sites))
    return tuple(found)


def _read(path: str, names: Iterable[str], owners: Owners, digest: str) -> tuple[File, dict[str, list[Group]]] | None:
    source = owners.source(path)
    try:
        file = File(path, source, digest) if source else None
        return (file, {name: file.groups(name) for name in names}) if file else None
    except UNFIT:
        return None


def _chosen(file: File, left: dict[str, list[Group]]) -> dict[str, Group]:
    """One group a function, taken from `left`. A function that reads a name which is altered is asked by it, or not."""
    chosen: dict[str, Group] = {}
    free = Free()
    for name, groups in left.items():
        if groups and free.take(groups[0].edits):
            chosen[name] = groups[0]
    names = frozenset[str]().union(*(g.names for g in chosen.values()))
    for name, group in list(chosen.items()):
        if names & file.uses(name) and not names & group.names:
            fits = [g for g in left[name] if g.names and g.names <= names and free.take(g.edits)]
            del chosen[name]
            chosen |= {name: fits[0]} if fits else {}
    for name, group in chosen.items():
        left[name].remove(group)
    return chosen


def _written(file: File, chosen: Mapping[str, Group]) -> bytes | None:
    """The altered file; None where it would not be the same functions at the same lines."""
    try:
        data = file.source.edited(e for g in chosen.values() for e in g.edits)
        new = Source(data)
    except UNFIT:
        return None
    same = data != file.source.text.encode(file.source.encoding) and _shape(new) == _shape(file.source)
    return data if same else None


def _shape(source: Source) -> list[tuple[str, int]]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [(n.name, n.lineno) for n in ast.walk(source.tree) if isinstance(n, kinds)]
