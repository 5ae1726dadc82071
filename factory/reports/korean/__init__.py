"""The reasons of the factory's own making in Korean. What a program, a person or a provider says stays as it is."""

from __future__ import annotations

import re

from factory.reports.korean import lookup, strangers

_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|(?<=\])\(")


def told(kind: str, why: str) -> str | None:
    """The reason in Korean, as plain text; None where no row knows it. `kind`: of a stop, or a triage. A stranger's
    words may stand in it: whoever shows it makes it safe for where it is shown."""
    found = lookup.find(why)
    return found.text if found else strangers.told(kind, why)


def noted(kind: str, why: str) -> str | None:
    """The same for a page in Markdown: its commands stay in their backticks, and nothing in it is a tag or a link."""
    text = told(kind, why)
    if text is None:
        return None
    *parts, last = text.split("`")
    if len(parts) % 2:  # one is never closed: it would take what follows
        parts[-1:] = [f"{parts[-1]}'{last}"]
    else:
        parts.append(last)
    return "`".join(part if at % 2 else _MARKUP.sub(r"\\\g<0>", part) for at, part in enumerate(parts))
