"""Blocks as one HTML file that opens by a double click: no script, nothing loaded from anywhere. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from factory.plain import printable
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Printed, Title

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #c9d1d9; --code: #f0f3f6; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #11151a; --line: #444c56; --code: #1e252d; } }
body { color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem;
  margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
div { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; vertical-align: top; }
td { unicode-bidi: isolate; }
code, pre { background: var(--code); border-radius: .2rem; font-family: ui-monospace, monospace; font-size: .9em; }
code { padding: .1rem .3rem; unicode-bidi: isolate; }
pre { padding: .6rem; overflow-x: auto; }
section + section { border-top: 2px solid var(--line); margin-top: 2rem; }
"""
_INLINE = re.compile(r"`(?P<code>[^`]*)`|\\(?P<plain>[!-/:-@\[-`{-~])|\*\*(?P<strong>.+?)\*\*")


class Part(NamedTuple):
    """What is told in one language."""

    language: str  # as HTML names it: `en`, `ko`
    blocks: Sequence[Block]


def html(title: str, parts: Iterable[Part]) -> str:
    """The whole file."""
    found = list(parts)
    body = "\n".join(
        f'<section lang="{escape(part.language)}">\n{chr(10).join(map(_one, part.blocks))}\n</section>'
        for part in found
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(found[0].language)}">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{body}\n</main>\n"
        "</body>\n</html>\n"
    )


def _one(block: Block) -> str:
    match block:
        case Title(text, level):
            return f"<h{level}>{inline(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{inline(text)}</p>"
        case Bullets(entries):
            return "<ul>\n" + "\n".join(f"<li>{inline(entry)}</li>" for entry in entries) + "\n</ul>"
        case Grid(head, rows):
            top = "".join(f'<th scope="col">{inline(cell)}</th>' for cell in head)
            lines = ["".join(f"<td>{inline(cell)}</td>" for cell in row) for row in rows]
            body = "\n".join(f"<tr>{line}</tr>" for line in lines)
            return f"<div><table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
        case Printed(text, _):
            return f"<pre>{escape(printable(text))}</pre>"


def inline(text: str) -> str:
    """One line of text, its marks as elements."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    end = 0
    for found in _INLINE.finditer(text):
        yield escape(text[end : found.start()])
        end = found.end()
        if found["code"] is not None:
            yield f"<code>{escape(found['code'])}</code>"
        elif found["plain"] is not None:
            yield escape(found["plain"])
        else:
            yield f"<strong>{inline(found['strong'])}</strong>"
    yield escape(text[end:])
