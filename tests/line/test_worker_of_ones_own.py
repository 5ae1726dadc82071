"""The page about a worker of one's own shows a whole one, and it works as it stands there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.line.conftest import SETTINGS, Shop

PAGE = Path(__file__).parents[2] / "docs" / "command-workers.md"
AGENT = """
if [ "$FACTORY_ATTEMPT" = 1 ]; then echo wrong > "$FACTORY_TICKET.txt"; exit 0; fi
grep -q "The last attempt failed:" && echo right > "$FACTORY_TICKET.txt"
"""


def test_the_worker_of_the_page_hands_on_plan_and_failure_and_its_report_is_kept(make: Callable[..., Shop]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    program = text.split("<!-- a worker in a file -->")[1].split("```python\n")[1].split("```")[0]
    settings = SETTINGS.replace('["sh", "tools/worker.sh"]', '["python3", "tools/worker.py"]')
    shop = make("D-1 Say so", settings=settings, files={"tools/worker.py": program, "tools/agent.sh": AGENT})
    done = shop.run("run")
    assert done.code == 0, done.out + done.err
    assert shop.read("D-1.txt") == "right\n"
    assert '"calls":1' in shop.read(".factory/result.json", "main^2").replace(" ", "")
    assert shop.subjects("main^2")[1] == "work(D-1#2): Say so"
