"""How much an assertion says, in four ranks, and what it says it of."""

from __future__ import annotations

import ast

from guards.syntax.source import dotted

NOTHING, TRUTH, RELATION, EXACT = 0, 1, 2, 3  # always true; something is there; a relation; the very value
METHODS = {
    **dict.fromkeys(("assertIsNotNone", "assertIsInstance", "assertNotEqual", "assertIsNot", "assert_called"), TRUTH),
    **dict.fromkeys(("assertFalse", "assertIn", "assertNotIn", "assertNotIsInstance", "assert_any_call"), RELATION),
    **dict.fromkeys(("assertGreater", "assertGreaterEqual", "assertLess", "assertLessEqual"), RELATION),
    **dict.fromkeys(("assertRegex", "assertNotRegex", "assert_called_once", "assert_array_less"), RELATION),
}
VAGUE = {"isinstance", "hasattr", "callable", "bool", "any", "len"}
EQUALITY = {"assertEqual", "assertEquals", "assertListEqual", "assertTupleEqual", "assertDictEqual", "assertSetEqual"}
PLAIN = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Await, ast.NamedExpr)


def rank(node: ast.expr) -> int:
    """The rank of an asserted expression."""
    if is_always_true(node):
        return NOTHING
    match node:
        case ast.Compare():
            return _compared(node)
        case ast.UnaryOp(op=ast.Not()):
            return TRUTH if isinstance(node.operand, ast.Compare) and _compared(node.operand) == EXACT else RELATION
        case ast.BoolOp(op=ast.Or()):
            return min(RELATION, *(rank(value) for value in node.values))
        case ast.BoolOp():
            return max(rank(value) for value in node.values)
        case ast.Call():
            if dotted(node.func).rpartition(".")[2] in VAGUE:
                return TRUTH
            return RELATION if node.args or node.keywords else TRUTH
    return TRUTH


def _compared(node: ast.Compare) -> int:
    if len(node.ops) > 1:
        return EXACT if all(isinstance(op, ast.Eq) for op in node.ops) else RELATION
    left, right = node.left, node.comparators[0]
    match node.ops[0]:
        case ast.Eq() | ast.Is():
            return EXACT
        case ast.NotEq() | ast.IsNot():
            return TRUTH
        case ast.Gt() if isinstance(right, ast.Constant) and right.value == 0:
            return TRUTH if isinstance(left, ast.Call) and dotted(left.func) == "len" else RELATION
    return RELATION


def demand(node: ast.expr) -> int:
    """The rank that a later version must reach: `x == True` may become `x`, and `x == []` may become `not x`."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        sides = (node.left, node.comparators[0])
        if any(isinstance(side, ast.Constant) and isinstance(side.value, bool) for side in sides):
            return min(TRUTH, rank(node))
        if any(_is_empty(side) for side in sides):
            return min(RELATION, rank(node))
    return rank(node)


def _is_empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value in ("", b"", 0) and node.value is not False
    return (isinstance(node, ast.List | ast.Tuple | ast.Set) and not node.elts) or (
        isinstance(node, ast.Dict) and not node.keys
    )


def is_always_true(node: ast.expr) -> bool:
    """A constant, a full display, `x == x`, `… or True`, `isinstance(x, object)`, `len(x) >= 0`."""
    match node:
        case ast.Tuple() | ast.List() | ast.Set():
            return bool(node.elts)
        case ast.Dict():
            return bool(node.keys)
        case ast.Lambda() | ast.GeneratorExp() | ast.Constant():
            return True
        case ast.BoolOp(op=ast.Or()):
            return any(is_always_true(value) for value in node.values)
        case ast.BoolOp():
            return all(is_always_true(value) for value in node.values)
        case ast.Compare() if _compares_with_itself(node):
            return True
        case ast.Call() if dotted(node.func) == "isinstance" and len(node.args) == 2:
            return dotted(node.args[1]) == "object"
    return not any(isinstance(part, PLAIN) for part in ast.walk(node))


def _compares_with_itself(node: ast.Compare) -> bool:
    if len(node.ops) != 1:
        return False
    left, right, op = node.left, node.comparators[0], node.ops[0]
    if isinstance(op, ast.GtE) and isinstance(right, ast.Constant) and right.value == 0:
        return isinstance(left, ast.Call) and dotted(left.func) == "len"
    same = isinstance(op, ast.Eq | ast.Is | ast.LtE | ast.GtE) and ast.dump(left) == ast.dump(right)
    return same and not any(isinstance(part, ast.Call) for part in ast.walk(left))  # f() == f() asks for determinism


def call_rank(name: str, node: ast.Call) -> int:
    """The rank of `self.assertEqual(a, b)`, `np.testing.assert_allclose(a, b)`, `mock.assert_called_with(…)`."""
    if name in ("assertTrue", "assert_") and node.args:
        return rank(node.args[0])
    if name.startswith(("assert_called", "assert_any", "assert_has", "assert_not", "assert_await")):
        return METHODS.get(name, EXACT)
    if node.args and all(is_always_true(arg) for arg in node.args[:2]) and name.startswith("assert"):
        return NOTHING
    if name in ("assertEqual", "assertIs", "assertEquals") and len(node.args) > 1:
        same = _compares_with_itself(ast.Compare(node.args[0], [ast.Eq()], [node.args[1]]))
        return NOTHING if same else EXACT
    return METHODS.get(name, EXACT)


def subject(node: ast.expr) -> str:
    """What an assertion speaks of, as text that two versions of a test can be matched by."""
    match node:
        case ast.UnaryOp(op=ast.Not()):
            return subject(node.operand)
        case ast.Compare():
            right = node.comparators[0]
            swap = isinstance(node.ops[0], ast.In | ast.NotIn) or isinstance(node.left, ast.Constant)
            return ast.dump(right if swap else node.left)
        case ast.Call() if node.args and not isinstance(node.func, ast.Attribute):
            return ast.dump(node.args[0]) if dotted(node.func) in VAGUE - {"len"} else ast.dump(node)
    return ast.dump(node)


def weight(node: ast.expr) -> int:
    """How many single assertions one may stand for: comparing a written-out collection compares every part."""
    sides: list[ast.expr] = []
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
        sides = [node.left, *node.comparators]
    elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in EQUALITY:
        sides = node.args[:2]
    sizes = [len(e.elts) for e in sides if isinstance(e, ast.Tuple | ast.List | ast.Set)]
    sizes += [len(e.keys) for e in sides if isinstance(e, ast.Dict)]
    return max([1, *sizes])
