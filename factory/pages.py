"""The pages that `factory help TOPIC` brings: `docs/`, which a wheel holds inside the package."""

from __future__ import annotations

import difflib
from pathlib import Path

from factory.errors import Mistake

HERE = Path(__file__).parent
RUNBOOKS = "observability/runbooks"  # of the alerts, each by its alert's name (and `.ko`); they are not listed


def folder() -> Path:
    """Where the pages lie: in the installed package, else in the clone that it runs from."""
    inside = HERE / "docs"
    return inside if inside.is_dir() else HERE.parent / "docs"


def topics() -> dict[str, str]:
    """Each page's name and title, by name. A Korean page has the name of the English one, and `.ko`."""
    pages = sorted(folder().glob("*.md"))
    return {page.name.removesuffix(".md"): _title(page.read_text(encoding="utf-8")) for page in pages}


def page(topic: str, language: str = "") -> str:
    """The text of a page, or of an alert's runbook: in this language (`en` or `ko`) where it is there in it, else in
    English. Mistake with the nearest name where there is none."""
    name = topic.lower()
    there = {path.stem.lower(): path for at in (folder() / RUNBOOKS, folder()) for path in at.glob("*.md")}
    if found := there.get(f"{name}.{language}") or there.get(name):
        return found.read_text(encoding="utf-8")
    near = difflib.get_close_matches(name, topics(), n=1)
    remedy = f"did you mean `factory help {near[0]}`?" if near else "`factory help` lists them"
    raise Mistake(f"there is no page {topic!r}", remedy=remedy)


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")
