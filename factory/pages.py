"""The pages that `factory help TOPIC` brings: `docs/`, which a wheel holds inside the package."""

from __future__ import annotations

import difflib
from pathlib import Path

from factory.errors import Mistake

HERE = Path(__file__).parent
RUNBOOKS = "observability/runbooks"  # of the alerts, each by its alert's name; they are not listed


def folder() -> Path:
    """Where the pages lie: in the installed package, else in the clone that it runs from."""
    inside = HERE / "docs"
    return inside if inside.is_dir() else HERE.parent / "docs"


def topics() -> dict[str, str]:
    """Each page's name and title, by name. A Korean page has the name of the English one, and `.ko`."""
    pages = sorted(folder().glob("*.md"))
    return {page.name.removesuffix(".md"): _title(page.read_text(encoding="utf-8")) for page in pages}


def page(topic: str) -> str:
    """A page's text, or an alert's runbook. Mistake with the nearest name where there is none."""
    known = topics()
    if topic.lower() in known:
        return (folder() / f"{topic.lower()}.md").read_text(encoding="utf-8")
    runbooks = {path.stem.lower(): path for path in (folder() / RUNBOOKS).glob("*.md")}
    if topic.lower() in runbooks:
        return runbooks[topic.lower()].read_text(encoding="utf-8")
    near = difflib.get_close_matches(topic.lower(), known, n=1)
    remedy = f"did you mean `factory help {near[0]}`?" if near else "`factory help` lists them"
    raise Mistake(f"there is no page {topic!r}", remedy=remedy)


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")
