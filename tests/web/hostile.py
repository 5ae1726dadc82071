"""Texts from strangers that try to be something else, and what a page that shows them may be made of."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TEXTS = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror=document.title="owned">',
    "'\"><svg onload=document.title='owned'>",
    '<hx-partial hx-target="#ribbon">owned</hx-partial>',
    '<div hx-get="/livez" hx-trigger="load">owned</div>',
    '<template hx type="partial" hx-target="#main">owned</template>',
    "<head><title>owned</title></head>",
    "</pre></table></section><b>owned</b>",
    "&lt;b&gt;owned&lt;/b&gt; &amp;amp;",
    "{{ 7 * 7 }} {% for x in y %}",
    "${7*7} #{7*7}",
    "javascript:document.title='owned'",
    "data:text/html,<script>1</script>",
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil.example><button>",
    "<a href=javascript:document.title='owned'>owned</a>",
    "]]> <!-- owned --> <!--",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07link\x1b]8;;\x07",
    "\u202eoflip\u202c",
    "\u2067isolate\u2069",
    "zero\u200bwidth\ufeff",
    "tags\U000e0041\U000e0042",
    "bell\x07\x08\x0c",
    "line\u2028and\u2029paragraph",
    "data: owned event: owned id: owned",
    "W" * 400,
)
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
