"""What a page that shows a stranger's words may be made of."""

from __future__ import annotations

import re
from html.parser import HTMLParser

HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
WORDS = """
html head meta title link script body a header nav ul li form label input button main h1 h2 h3 h4 p div section b span
table thead tbody tr th td footer kbd code pre dl dt dd ol meter svg rect text details summary hx-partial
"""
TAGS = set(WORDS.split())
OWN = re.compile(r"/static/[\w.-]+|[?/#].*|")


class Parsed(HTMLParser):
    """What is on a page that may not be."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Only elements of ours, no handler, no place elsewhere."""
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            foreign = name in ("href", "src", "action") and not OWN.fullmatch(value or "")
            if name.startswith("on") or name == "style" or foreign or (value or "").startswith("//"):
                self.wrong.append(f"<{tag} {name}={value}>")
            if name.startswith("hx") and tag != "hx-partial":
                self.wrong.append(f"<{tag} {name}>")


def wrong(page: str) -> list[str]:
    """What a page has that it may not have; nothing for a good one."""
    parsed = Parsed()
    parsed.feed(page)
    return parsed.wrong + [repr(found) for found in set(HIDDEN.findall(page))]
