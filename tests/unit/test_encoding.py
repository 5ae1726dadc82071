"""What a person's editor makes of a file: read where its first bytes say it, else one line with the place and the remedy."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from factory.errors import Mistake
from factory.model import TicketStatus
from factory.ssot import encoding
from factory.ssot.documents import read_ledger, read_roadmap
from factory.ssot.edits import set_ticket
from factory.ssot.read_settings import read_settings
from factory.tree import MemoryTree
from factory.workers.command import read_report
from guards.case import Case
from guards.docops import DocOpsPolicy
from guards.policy import load
from tests.line.conftest import criteria, roadmap

MARKED = {
    "utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
}  # fmt: skip


def marked(text: str, name: str) -> bytes:
    return MARKED[name] + text.encode(name.removesuffix("-sig"))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", MARKED)
def test_a_table_in_an_encoding_that_it_names_is_read_and_keeps_every_other_byte(name: str, end: str) -> None:
    text = roadmap('D-1 날짜를 읽는다 | | ```toml\nmodify = ["문서/*.md"]\n```').replace("\n", end)
    content = marked(text, name)
    (ticket,) = read_roadmap(content)
    assert (ticket.title, ticket.terms.modify) == ("날짜를 읽는다", ("문서/*.md",))
    wanted = marked(text.replace("IN_PROGRESS", "BLOCKED"), name)
    assert set_ticket(content, "D-1", status=TicketStatus.BLOCKED) == wanted
    assert read_ledger(marked(criteria("D-1").replace("\n", end), name))[0].ticket == "D-1"


@pytest.mark.parametrize("name", MARKED)
def test_settings_and_policies_and_reports_are_read_in_an_encoding_that_they_name(name: str, tmp_path: Path) -> None:
    settings = marked('# 설정\r\n[workers.default]\r\nkind = "patch"\r\nmodel = "일꾼"\r\n', name)
    assert read_settings(settings).workers["default"].model == "일꾼"
    tree = MemoryTree({"ssot/docops.toml": marked('[[forbidden]]\ntoken = "나중에"\n', name)})
    policy = load(Case(tree, tree, ()), "ssot/docops.toml", DocOpsPolicy)
    assert policy is not None
    assert [one.token for one in policy.forbidden] == ["나중에"]
    report = tmp_path / "report.json"
    report.write_bytes(marked('{"summary": "다 했다"}', name))
    assert read_report(report, 1.0).summary == "다 했다"


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("# 가\n\n한글".encode("cp949"), 1, "not UTF-8: byte 0xb0, as in CP949; save the file as UTF-8 (`iconv -f CP949 -t UTF-8`)"),
        (b"# a\ncaf\xe9 \xff", 2, "not UTF-8: byte 0xe9; save the file as UTF-8"),
        ("# a".encode("utf-16-le"), 1, "a NUL byte; save the file as UTF-8 text"),
        (codecs.BOM_UTF16_LE + b"#\0\n", 1, "not UTF-16, as its first bytes say; save the file as UTF-8"),
        (codecs.BOM_UTF32_LE + "# 가".encode("utf-32-le"), 1, "a NUL byte; save the file as UTF-8 text"),
    ],
)  # fmt: skip
def test_what_would_have_to_be_guessed_is_one_line_with_the_remedy(content: bytes, line: int, says: str) -> None:
    for read in (read_roadmap, read_ledger, read_settings):
        with pytest.raises(Mistake) as found:
            read(content, "p")
        assert str(found.value) == f"p:{line}: {says}"
    tree = MemoryTree({"p": content})
    with pytest.raises(Mistake, match=rf"p:{line}: "):
        load(Case(tree, tree, ()), "p", DocOpsPolicy)


def test_a_file_read_and_encoded_again_is_the_same_file() -> None:
    for name in MARKED:
        content = marked("가\r\n나", name)
        found = encoding.read(content, "p")
        assert found.text.encode(found.encoding) == content
        assert found.plain == "가\n나"
