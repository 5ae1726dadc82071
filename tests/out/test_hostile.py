"""What strangers wrote stays words: in Markdown, in HTML, and in what a terminal would obey."""

from __future__ import annotations

import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from factory.out.why import why
from factory.reports import report
from factory.reports.daily import Blocked
from factory.reports.html import Part, html
from factory.reports.markdown import markdown
from factory.reports.phrases import BOTH, ENGLISH
from factory.reports.size import Size
from factory.reports.tried import CheckAsked, Tried
from factory.reports.wording import Phrases
from factory.reports.worked import Worked
from tests.hostile import HOSTILE
from tests.unit.test_report import a_day

OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


def attempt(text: str) -> Tried:
    return Tried(
        item="D-1", attempt=1, status="FAIL", triage="TEST", title=text, asked=text,
        criteria=(CheckAsked("AC-1", text, text, "RED", "RED"),), told=(text,), worker=text, model=text, seconds=1.0, calls=1,
        tokens_in=1, tokens_out=1, usd=Decimal(1), summary=text, size=Size((text,), 1, 1), failed=(text,),
        assertion=(text,), tail=text, log="gate.log", work="0" * 40, evidence="0" * 40,
    )  # fmt: skip


def pages(text: str, words: Phrases) -> tuple[str, str]:
    """The page of a failed attempt and the day's page, as Markdown and as HTML."""
    one = attempt(text)
    blocks = list(why(one, text, (text,), words))
    tickets = (
        Worked("D-1", text, "r", None, 1, 1.0, Decimal(1), (text,), one),
        Worked("D-2", text, "r", "0" * 40, last=one),
    )
    day = a_day(worked=tickets, blocked=(Blocked("D-1", None, text, text, 1),), today=("D-2",), red=((text, text),))
    both = html("x", [Part(words.language, blocks)]) + report.page_as_html(day, words)
    return markdown(blocks) + report.page_in(day, words), both


class Seen(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags, self.attributes = list[str](), set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}


def seen(page: str) -> Seen:
    parser = Seen()
    parser.feed(page)
    parser.close()
    return parser


@pytest.mark.parametrize("words", BOTH, ids=lambda words: words.language)
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_a_page_has_the_elements_that_it_has_with_plain_words(text: str, words: Phrases) -> None:
    hostile, plain = seen(pages(text, words)[1]), seen(pages("plain", words)[1])
    assert hostile.tags == plain.tags
    assert hostile.attributes == plain.attributes <= {"lang", "charset", "name", "content", "http-equiv", "scope"}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_gets_no_heading_row_list_or_link_from_a_strangers_words(text: str) -> None:
    hostile, plain = (_shape(pages(each, ENGLISH)[0]) for each in (text, "plain"))
    assert hostile == plain
    assert not OBEYED.search(pages(text, ENGLISH)[0])
    assert not OBEYED.search(pages(text, ENGLISH)[1])


def _shape(page: str) -> list[str]:
    """What each line is, outside of what is shown as it was printed; and how many cells a row has."""
    found, fence = list[str](), ""
    for line in page.split("\n"):
        marks = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif marks:
            fence = marks[0]
            found.append("printed")
        else:
            cells = len(re.findall(r"(?<!\\)(?:\\\\)*[|]", line))
            links = len(re.findall(r"(?<!\\)\]\(|(?<!\\)<\w|(?<![\\`])https?://", re.sub(r"`[^`]*`", "", line)))
            found.append(f"{re.match(r'[#|-]*', line)[0]} {cells if line.startswith('|') else 0} {links}")  # type: ignore[index]
    assert not fence
    return found
