"""The kickoff paragraph that goes to workers: what the repository is made of, as far as they may see it."""

from __future__ import annotations

from pathlib import Path

from factory.proposals.answers import Answers
from factory.proposals.scan import as_paragraph, survey
from factory.rooms.change import Visible

MOST = 1500  # files that are read for it


def about(folder: Path, seen: Visible) -> str:
    """The paragraph; made once for a tree and what is hidden of it, kept in a folder that may go at any time."""
    kept, key = Answers(folder), Answers.key(seen.oid, sorted(seen.hidden))
    text = kept.find(key)
    if text is None:
        kept.keep(key, text := as_paragraph(survey(seen, most=MOST)).encode("utf-8", "replace").decode())
    return text
