"""What a person finds by asking the command: its order, its version, its pages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

from factory import cli, pages
from factory.faces.cli.menu import MENU
from factory.model import Triage
from factory.reports.failures import REMEDY
from factory.reports.phrases import ENGLISH

ROOT = Path(__file__).parents[2]
COMMANDS = set(cli.commands().commands)  # type: ignore[attr-defined]
SIGHT = [name for sight, _ in MENU.values() for name in sight]
REST = [name for _, rest in MENU.values() for name in rest]


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as done:
        cli.main([*words])
    said = capsys.readouterr()
    return int(done.value.code or 0), said.out, said.err


def test_a_list_of_the_commands_is_made_without_their_arguments_and_says_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    short = run(capsys, "--help")
    assert run(capsys, "--lang", "ko", "--help") == short
    whole = cli.commands("")
    monkeypatch.setattr(cli, "commands", lambda _: whole)
    assert run(capsys, "--help") == short


@pytest.mark.parametrize(
    ("words", "first"),
    [
        (["status", "--json"], "status"),
        (["--lang", "ko", "kb", "list"], "kb"),
        (["--lang=ko", "serve"], "serve"),
        (["--lang", "status"], None),
        (["help", "status"], ""),
        (["--help"], None),
        (["stats"], None),
        ([], None),
    ],
)
def test_what_is_read_of_the_commands_is_what_is_asked_for(words: list[str], first: str | None) -> None:
    assert cli._first(words) == first


def test_every_command_has_its_place_and_nine_are_in_sight(capsys: pytest.CaptureFixture[str]) -> None:
    assert sorted(SIGHT + REST) == sorted(COMMANDS)
    assert len(SIGHT) <= 9
    code, out, err = run(capsys, "--help")
    assert (code, err) == (0, "")
    listed = re.findall(r"(?m)^  ([a-z][a-z_-]*) {2,}[A-Z]", out)
    assert listed == SIGHT + REST
    titles = re.findall(r"(?m)^([A-Z].*):$", out)
    assert titles == ["Options", *MENU, *(f"More: {want.lower()}" for want in MENU)]


@pytest.mark.parametrize("words", [[], ["kb"], ["plan"]])
def test_a_name_without_more_is_a_question_for_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, *words) == run(capsys, *words, "--help")


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"stampmill {version('stampmill')}\n", "")


def test_every_page_is_listed_with_its_title_and_brought_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    _, listed, _ = run(capsys, "help")
    for page in sorted((ROOT / "docs").glob("*.md")):
        topic, text = page.name.removesuffix(".md"), page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix("# ")
        assert re.search(rf"(?m)^  {re.escape(topic)} +{re.escape(title)}$", listed), topic
        assert pages.page(topic.upper()) == text
    assert run(capsys, "help", "morning")[1] == pages.page("morning")


def test_help_of_a_command_is_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "help", "run") == run(capsys, "run", "--help")
    assert run(capsys, "help", "wrkers") == (
        2, "", "factory: there is no page 'wrkers'; did you mean `factory help workers`?\n",
    )  # fmt: skip


@pytest.mark.parametrize("triage", Triage)
def test_a_class_of_failure_is_told_with_what_to_do(triage: Triage, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "help", triage.value)
    assert (code, out) == (0, f"{triage.value}: {ENGLISH.why[triage]}. {REMEDY[triage]}\n")
    assert all(name in pages.topics() or name in COMMANDS for name in re.findall(r"`factory (?:help )?([a-z]+)", out))


def test_a_wheel_holds_the_pages_and_reads_them(tmp_path: Path) -> None:
    build = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    read = (
        "from factory import pages; sys.stdout.write(pages.page('reference') + pages.page('FactoryStopped', 'ko')); "
        "assert pages.folder().parent.name == 'factory'"
    )
    code = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); {read}"
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
    wanted = ("reference.md", "observability/runbooks/FactoryStopped.ko.md")
    assert ran.stdout == "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in wanted)


def test_no_message_sends_a_person_to_a_file_that_an_installed_package_lacks() -> None:
    """In code, `factory help TOPIC`; comments and docstrings may name the file."""
    sent = []
    for path in sorted((*(ROOT / "factory").rglob("*.py"), *(ROOT / "guards").rglob("*.py"))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and node not in told and re.search(r"docs/\S+\.md", str(node.value)):
                sent.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert [line for line in sent if "factory/reference.py" not in line] == []
    written = [
        p for p in (ROOT / "factory" / "templates").iterdir() if p.is_file() and "docs/re" in p.read_text("utf-8")
    ]
    assert written == []
