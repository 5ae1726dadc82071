"""What was learnt: a failure opens a lesson, a stamp is its fix, and the next failure of that kind is handed it."""

from __future__ import annotations

from collections.abc import Callable

from factory.line.knowledge import Fix, Lesson, advice, failed, fixed, recurrence, search
from tests.line.conftest import Shop

Make = Callable[..., Shop]
FIX = Fix(stamp="a" * 40, ticket="D-1", summary="said it right", files=("a.py",))


def lesson(**more: object) -> Lesson:
    return Lesson.model_validate({"fingerprint": "f" * 16, "triage": "TEST", "cause": "a check is red", **more})


def test_a_failure_opens_a_lesson_and_is_counted_on_it() -> None:
    first = failed(lesson(first=10.0), "D-1", 10.0, advised=False)
    again = failed(first, "D-2", 20.0, advised=False)
    assert (again.seen, again.first, again.last, again.tickets) == (2, 10.0, 20.0, ("D-1", "D-2"))


def test_a_lesson_without_a_fix_advises_nothing_and_one_with_a_fix_names_its_stamp() -> None:
    assert advice(None) == advice(lesson(seen=3)) == ()
    assert any("aaaaaaaaaaaa" in line and "a.py" in line for line in advice(fixed(lesson(seen=3), FIX)))
    assert "use a tab" in advice(lesson(note="use a tab"))


def test_a_lesson_that_misled_more_often_than_it_helped_is_demoted() -> None:
    known = fixed(lesson(seen=1), FIX)
    once = failed(known, "D-3", 1.0, advised=True)
    twice = failed(once, "D-3", 2.0, advised=True)
    assert not once.demoted
    assert twice.demoted
    assert advice(twice) == ()
    assert not fixed(twice, FIX.model_copy(update={"stamp": "b" * 40})).demoted


def test_recurrence_is_told_before_and_after_the_fix() -> None:
    assert recurrence([lesson(seen=5)]) == {"lessons": 0, "before": 0.0, "after": 0.0}
    assert recurrence([fixed(lesson(seen=5, after_fix=2), FIX)]) == {"lessons": 1, "before": 3.0, "after": 2.0}


def test_words_find_lessons_best_first() -> None:
    lessons = [lesson(cause="a tab is missing"), lesson(fingerprint="e" * 16, cause="no such file tab tab tab")]
    assert [c.fingerprint[0] for c in search(lessons, "tab")] == ["e", "f"]
    assert search(lessons, 'nothing "here') == []
    assert search(lessons, " ") == lessons


def test_the_second_ticket_is_handed_what_helped_the_first(make: Make) -> None:
    """Both fail the same way; the second is told of the first one's stamp, and does the same."""
    worker = """
echo right > "$FACTORY_TICKET.txt"
if grep -q "it went away with stamp" "$FACTORY_PLAN"; then exit 0; fi
if [ "$FACTORY_TICKET" = D-1 ] && [ "$FACTORY_ATTEMPT" = 2 ]; then exit 0; fi
echo wrong >> "$FACTORY_TICKET.txt"
"""
    shop = make("D-1 First", "D-2 Second | D-1", worker=worker, regression="! grep -q wrong *.txt\n")
    assert shop.run("run").code == 0
    lessons = shop.run("kb", "list", "--json").json
    assert [(c["seen"], len(c["fixes"])) for c in lessons] == [(2, 2)]
    listed = shop.run("kb", "list")
    assert "fixed by" in listed.out
    name = lessons[0]["fingerprint"]
    assert shop.run("kb", "edit", name[:8], "say right").code == 0
    assert shop.run("kb", "search", "right", "--json").json[0]["note"] == "say right"
    assert shop.run("kb", "show", "zzzz").code == 2
