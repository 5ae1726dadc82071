"""A key that a worker was handed gets into git by no route, whoever it works for. `tests/line` has every route of a ticket."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.line.test_redaction import FORMS, KEY, NAME, ROUTES, SHOW, bare, objects
from tests.trades.kit import SETTINGS, Line, every

Lay = Callable[..., Line]
SOME = ("stdout", "stderr", "the summary", "a report that is no report", "a file's name",
        "a diff of a file that is there", "the end of a crash")  # fmt: skip

MANY = (pytest.param("stdout, over the cap", marks=pytest.mark.prove),)


@every("card", "patch")
@pytest.mark.parametrize("route", [*SOME, "its own output", "the model's name", *MANY])
def test_a_key_does_not_get_into_git(lay: Lay, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, KEY)
    line = lay(1, files={"ssot/factory.toml": SETTINGS.replace("[product]", f'env = ["{NAME}"]\n\n[product]')})
    says = 'echo "$K $S" >> "' + line.own() + '"' if route == "its own output" else ROUTES[route]
    line.shop.commit({"tools/worker.sh": line.scripted(f"{SHOW}right\n{says}")})
    done = line.run()
    assert done.code in (0, 1), done.err
    kept = objects(line.shop)
    for form in FORMS:
        for text in (kept, bare(kept)):
            at = text.find(form)
            assert at < 0, text[max(0, at - 200) : at + 60]
    assert KEY not in done.out + done.err + line.run("log").out + line.run("status").out
