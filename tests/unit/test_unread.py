"""What a roadmap says where nobody reads it is refused with its line; what is no section and no term is let be."""

from __future__ import annotations

import pytest

from factory.errors import Exit, Mistake
from factory.ssot import unread
from factory.ssot.documents import read_roadmap

TABLE = "| ticket | status | priority | risk | title | deps |\n|---|---|---|---|---|---|\n"
HEAD = f"{TABLE}| D-001 | IN_PROGRESS | P2 | LOW | A |  |\n| D-002 | PLANNED | P2 | LOW | B |  |\n\n"  # line 6 follows
TERMS = 'modify = ["a"]\nmax_lines = 9\n'
BLOCK = f"```toml\n{TERMS}```\n"


def refusal(text: str) -> tuple[int, str]:
    with pytest.raises(Mistake) as caught:
        unread.check(text.encode())
    assert (caught.value.exit, caught.value.path) == (Exit.MISTAKE, "D_ROADMAP.md")
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value.line, caught.value.what


HEADINGS = (
    "### D-001", "# D-001", "#### D-001 more", "## **D-001**", "## `D-001`", "## [D-001]", "## [D-001](#there) x",
    "## Ticket D-001", "## 티켓 D-001", "## d-001", "##D-001", "##\u00a0D-001", "<h2>D-001</h2>", "**D-001**:", "__D-001 x__",
    "## 1. D-001", "## [ ] D-001", "## 🚀 D-001", "## ~~D-001~~", "## _D-001_", "## D_001", "## D 001", "## D–001",
    "## Ｄ-001", "## \u200bD-001", "## D\\-001", "## D&#45;001", "## <a name='x'></a>D-001", "## Parse dates (D-001)",
    "> ## D-001", "- ## D-001", "D-001 x\n=======",
)  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("below", ["prose\n", BLOCK])
def test_a_heading_in_another_form_is_refused_and_not_passed_over(heading: str, below: str) -> None:
    line, what = refusal(f"{HEAD}{heading}\n\n{below}")
    assert (line, "the section of D-001" in what) == (6, True)


def test_a_heading_that_hides_a_ticket_is_refused() -> None:
    assert refusal(f"{HEAD}## D-001\n\n### D-002 is here\n\n{BLOCK}")[0] == 8
    assert refusal(f"{HEAD}## D-001, D-002\n\nboth\n")[1].startswith("a section of two tickets: D-002")
    assert refusal(f"{HEAD}## D-003 later\n\nprose\n") == (6, "a section for D-003, which is not in the table")
    assert refusal(f"{HEAD}```python\nx = 1\n\n## D-001\n\n{TERMS}")[0] == 9  # a block without its end takes all


BLOCKS = {
    "no language": f"```\n{TERMS}```\n",
    "braces and a dot": f"```{{.toml}}\n{TERMS}```\n",
    "braces": f"```{{toml}}\n{TERMS}```\n",
    "braces behind": f"```toml{{1,2}}\n{TERMS}```\n",
    "a comma": f"```toml,x\n{TERMS}```\n",
    "ini": f"~~~ini\n{TERMS}~~~\n",
    "json": '```json\n{"modify": ["a"]}\n```\n',
    "yaml": "```yaml\nmodify:\n  - a\n```\n",
    "in a list": '- so:\n  ```toml\n  modify = ["a"]\n  ```\n',
    "in a quote": '> ```toml\n> modify = ["a"]\n> ```\n',
    "indented": '\n    modify = ["a"]\n',
    "indented by a tab": "\n\tmax_lines = 4\n",
    "no block": 'modify = ["a"]\n',
    "points": "- modify: src/a.py\n",
    "bold points": "- **max_lines**: 40\n",
    "html": '<pre>\nmodify = ["a"]\n</pre>\n',
    "in details without a blank line": f"<details>\n{BLOCK}</details>\n",
    "in a comment without its end": f"<!--\n{BLOCK}",
    "misspelt in no language": '```\nmodfiy = ["a"]\n```\n',
    "a second block": f"{BLOCK}\n{BLOCK}",
}


@pytest.mark.parametrize("form", BLOCKS)
def test_terms_in_another_form_are_refused_and_not_passed_over(form: str) -> None:
    text = f"{HEAD}## D-001\n{BLOCKS[form]}"
    line, what = refusal(text)
    assert what.startswith("the term m")
    assert any(word in text.splitlines()[line - 1] for word in ("mod", "max_lines"))
    assert "where nobody reads it" in what


@pytest.mark.parametrize(
    "place",
    [BLOCK, f"# Terms\n\n{BLOCK}", f"## D-001\n\nx\n\n## Scope\n\n{BLOCK}", f"D-001\n\n{BLOCK}", f"- D-001\n\n{BLOCK}"],
)
def test_terms_under_no_tickets_heading_are_refused(place: str) -> None:
    assert "under no ticket's heading" in refusal(HEAD + place)[1]
    assert "under no ticket's heading" in refusal(f"{BLOCK}\n{HEAD}")[1]


@pytest.mark.parametrize(("column", "cell", "name"), [
    ("depends on", "D-1, D-2", "deps"), ("prio", "P0", "priority"), ("Risk level", "HIGH", "risk"),
])  # fmt: skip
def test_a_column_under_another_name_is_refused(column: str, cell: str, name: str) -> None:
    head = f"| ticket | status | title | {column} |\n|---|---|---|---|\n| D-1 | DONE | t | |\n| D-2 | DONE | t | |\n"
    row = f"| D-3 | PLANNED | t | {cell} |\n"
    assert refusal(head + row) == (1, f'the column "{column.casefold()}" says {name}, and is not read')
    unread.check((head + row.replace(cell, f"{cell} or so")).encode())
    unread.check(head.encode())


def test_a_term_that_names_nothing_is_no_bound_and_refused() -> None:
    assert refusal(f"{HEAD}## D-001\n\n```toml\nmax_lines = 9\nmodify = []\n```\n") == (
        10,
        "modify is empty, and would be no bound",
    )
    assert refusal(f'{HEAD}## D-001\n\n```toml\nworker = ""\n```\n')[0] == 9


READ = (
    f"## D-001\n\n{BLOCK}", f"## D-001: x ##\n\n{BLOCK}", f"D-001 x\n-------\n\n{BLOCK}", f"## D-001\n\n~~~toml\n{TERMS}~~~\n",
    f"## D-001\n\n````toml\n{TERMS}````\n", f"## D-001\n\n```TOML title='x'\n{TERMS}```\n", f"## D-001\n\n### Scope\n\n{BLOCK}",
    f"## D-001\n\n   ```toml\n   {TERMS}   ```\n", f"## D-001 — a title\n\n{BLOCK}", f"## D-001\n\n<details>\n\n{BLOCK}\n</details>\n",
)  # fmt: skip


@pytest.mark.parametrize("section", READ)
def test_what_is_let_pass_is_read(section: str) -> None:
    unread.check((HEAD + section).encode())
    assert read_roadmap((HEAD + section).encode())[0].terms.modify == ("a",)


FREE = (
    "## How D-001 and D-002 fit\n\nprose\n", "## Notes on D-001\n", "# Roadmap D\n", "## UTF-8\n\ntext\n", "## Phase 1\n",
    "**D-001** does dates, and **D-002** the rest.\n", "- [D-001](#d-001): first\n", "D-001 comes first.\n",
    f"<!--\n## D-001\n{BLOCK}-->\n", f"````markdown\n## D-900\n\n{BLOCK}````\n", "The worker: a person.\n",
    "## D-001\n\n### D-001 in detail\n\nhidden: the tests of the client; allow: nothing else\n",
    "## D-001\n\n```python\nhidden = [1]\nworker = 'x'\n# D-001\n```\n", "## D-001 after D-002\n\ntext\n",
    f"## D-001\n\n{BLOCK}\n```toml\n[project]\nname = 'x'\n```\n", "## D-001\n\n```\n$ run --worker=x\nf(worker='x')\n```\n",
)  # fmt: skip


@pytest.mark.parametrize("text", FREE)
def test_a_persons_own_text_is_let_be(text: str) -> None:
    unread.check((HEAD + text).encode())
    assert len(read_roadmap((HEAD + text).encode())) == 2
