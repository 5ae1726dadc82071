"""Assertions that are calls: unittest's methods, mocks, numpy.testing, and the exceptions that a test waits for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from factory.gate.altered.nouns import How, Swap
from factory.gate.altered.questions import OTHER_CLASS, Alteration, Question, Questions
from factory.gate.altered.sides import constant, near
from factory.plain import words

EQUAL = set(
    words("""
    assertEqual assertEquals assertListEqual assertTupleEqual assertSetEqual assertDictEqual assertSequenceEqual
    assertCountEqual assertItemsEqual assertMultiLineEqual
""")
)
PAIRS: dict[str, type[ast.cmpop]] = {
    "assertIs": ast.Is,
    "assertIn": ast.In,
    "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE,
    "assertGreater": ast.Gt,
    "assertGreaterEqual": ast.GtE,
}
OPPOSITES = (
    ("assertTrue", "assertFalse"),
    ("assertIs", "assertIsNot"),
    ("assertIn", "assertNotIn"),
    ("assertIsNone", "assertIsNotNone"),
    ("assertIsInstance", "assertNotIsInstance"),
    ("assertLess", "assertGreaterEqual"),
    ("assertGreater", "assertLessEqual"),
    ("assertRegex", "assertNotRegex"),
    ("assertAlmostEqual", "assertNotAlmostEqual"),
)
RENAMED = {
    **dict(OPPOSITES),
    **{b: a for a, b in OPPOSITES},
    **dict.fromkeys(("assertNotEqual", "assertNotEquals"), "assertEqual"),
    **dict.fromkeys(EQUAL - {"assertCountEqual", "assertItemsEqual", "assertEqual", "assertEquals"}, "assertNotEqual"),
}
HELPERS = {"assert_equal", "assert_equals", "assert_eq", "assertEqual", "eq_"}  # by whomever: they can mean one thing
MOCKS = words("""
    assert_called_with assert_called_once_with assert_any_call assert_awaited_with assert_awaited_once_with
""")
NUMPYS = words("""
    assert_equal assert_array_equal assert_allclose assert_almost_equal assert_array_almost_equal assert_approx_equal
""")
ARRAYS = {f"numpy.testing.{name}" for name in NUMPYS}
RAISES = {
    **dict.fromkeys(("assertRaises", "assertRaisesRegex", "assertRaisesRegexp"), "Exception"),
    **dict.fromkeys(("assertWarns", "assertWarnsRegex"), "Warning"),
}
# What would end the run, or skip the test, where nobody waits for it.
THROUGH = words("""
    KeyboardInterrupt BaseException GeneratorExit CancelledError StopAsyncIteration AssertionError Failed Skip Exit
    Outcome XFail
""")


class Calls:
    """Reads statements that are calls, for one function of one file."""

    def __init__(self, questions: Questions, own: frozenset[str]) -> None:
        self.ask, self.own = questions, own  # `own`: methods that the file defines itself
        self.source, self.sides = questions.source, questions.sides

    def stated(self, call: ast.Call) -> Iterator[Question]:
        func, given = call.func, call.args
        origin = self.sides.origins.of(func)
        if origin in ARRAYS and len(given) >= 2:
            yield Question(tuple(self._both(given, near(call, 2))))
        elif name := self._method(func):
            drafts = tuple(self._asserted(name, call))
            yield Question(drafts, self._last(name, func, given))
            yield from self.raising(call)
        elif getattr(func, "id", getattr(func, "attr", "")) in HELPERS and len(given) >= 2:
            yield Question(tuple(self._both(given, How.SAME)), self.ask.unlike(given[0], given[1]))
        elif isinstance(func, ast.Attribute) and func.attr in MOCKS and origin == "":
            sides = [*given, *(k.value for k in call.keywords)]
            yield Question(tuple(d for side in sides for d in self.ask.side(side, func.value, How.SAME)))
        else:
            yield from self.raising(call)

    def raising(self, call: ast.expr) -> Iterator[Question]:
        """A call that waits for an exception or a warning: another class, another message."""
        if not isinstance(call, ast.Call) or not (base := self.waits_for(call)):
            return
        origin, given = self.sides.origins.of(call.func), list(call.args)
        named = {k.arg: k.value for k in call.keywords}
        kind = given[0] if given else named.get("expected_exception")
        if kind is None or self._runs_through(kind):
            return
        yield Question((self.ask.swapped(kind, f'type("_Other", ({base},), {{}})'),))
        plain = origin.startswith("pytest.")
        message = named.get("match") if plain else given[1] if len(given) > 1 and "Regex" in _name(call) else None
        if message is not None and isinstance(constant(message), str):
            yield Question(tuple(self.ask.side(message, kind, How.FAR)))

    def waits_for(self, call: ast.expr) -> str:
        """The built-in class of what a context waits for; "" where it is no such context."""
        if not isinstance(call, ast.Call):
            return ""
        known = {"pytest.raises": "Exception", "pytest.warns": "Warning"}
        return known.get(self.sides.origins.of(call.func), "") or RAISES.get(self._method(call.func), "")

    def swallows(self, context: ast.expr) -> bool:
        """Whether a context may end an exception: an assertion in it that fails is then no red."""
        if isinstance(context, ast.Name):
            return True  # often a parameter: what raises in one case, and nothing in another
        words = (getattr(n, "attr", getattr(n, "id", "")).lower() for n in ast.walk(context))
        return any(part in word for word in words for part in ("raises", "suppress", "expect", "ignor"))

    def _runs_through(self, kind: ast.expr) -> bool:
        names = [
            n.id if isinstance(n, ast.Name) else n.attr
            for n in ast.walk(kind)
            if isinstance(n, (ast.Name, ast.Attribute))
        ]
        return any(part in name for name in names if name != "SystemExit" for part in THROUGH)

    def _method(self, func: ast.expr) -> str:
        plain = isinstance(func, ast.Attribute) and isinstance(func.value, ast.Name) and func.value.id == "self"
        return func.attr if plain and isinstance(func, ast.Attribute) and func.attr not in self.own else ""

    def _both(self, given: list[ast.expr], how: How) -> Iterator[Alteration]:
        yield from self.ask.side(given[0], given[1], how)
        yield from self.ask.side(given[1], given[0], how)

    def _asserted(self, name: str, call: ast.Call) -> Iterator[Alteration]:
        given = call.args
        if len(given) < 1 or any(isinstance(a, ast.Starred) for a in given):
            return
        if name == "assertTrue":
            yield from (draft for question in self.ask.truth(given[0]) for draft in question.drafts)
        if len(given) < 2:
            return
        if name in EQUAL or name == "assertAlmostEqual":
            how = How.FAR if name in ("assertCountEqual", "assertItemsEqual") else How.SAME
            yield from self._both(given, near(call, 2) if name == "assertAlmostEqual" else how)
        elif name in PAIRS:
            yield from self.ask.pair(PAIRS[name], given[0], given[1])
        elif name == "assertIsInstance":
            yield self.ask.swapped(given[1], OTHER_CLASS)
        elif name == "assertRegex" and isinstance(constant(given[1]), (str, bytes)):
            yield from self.ask.side(given[1], given[0], How.FAR)

    def _last(self, name: str, func: ast.expr, given: list[ast.expr]) -> Alteration | None:
        if not given or any(isinstance(a, ast.Starred) for a in given):
            return None
        if name in ("assertEqual", "assertEquals"):
            return self.ask.unlike(given[0], given[1]) if len(given) > 1 else None
        if name not in RENAMED or (name in ("assertTrue", "assertFalse") and isinstance(given[0], ast.Constant)):
            return None
        end = self.source.span(func)[1]
        return Alteration(func.lineno, edits=(Swap(end - len(name), end, RENAMED[name]),))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""
