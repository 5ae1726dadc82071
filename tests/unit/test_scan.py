"""The kickoff pack, from trees made for it."""

from __future__ import annotations

from factory.proposals.scan import as_paragraph, survey
from factory.tree import LINK, MemoryTree


def test_a_repository_is_told_in_numbers_and_in_a_paragraph() -> None:
    block = "".join(f"value_{n} = {n}\n" for n in range(8))
    tree = MemoryTree(
        {
            "pyproject.toml": '[project]\ndependencies = ["attrs>=20"]\n[project.scripts]\nshop = "shop:main"\n',
            "shop/a.py": "import os\nfrom sys import path\n" + block,
            "shop/b.py": block + "x = 1\n" * 600,
            "tests/test_a.py": "# FIXME: more\n",
            "package.json": '{"dependencies": {"react": "1"}}',
            "main.py": "def (broken",
            "blob.py": b"\0\1",
            "link.py": "main.py",
        },
        {"link.py": LINK},
    )
    found = survey(tree)
    assert found["languages"] == {"Python": 1.0}
    assert found["dependencies"] == ["attrs", "react"]
    assert found["entry_points"] == ["shop = shop:main", "main.py"]
    assert (found["tests"], found["imports"], found["open_notes"]) == (1, 2, 1)
    assert found["long_files"] == ["shop/b.py: 608"]
    assert found["clones"] > 0
    text = as_paragraph(found)
    assert "Python 100%" in text
    assert "attrs" in text


def test_an_empty_repository_is_told_too() -> None:
    assert "no code" in as_paragraph(survey(MemoryTree({})))


def test_requirements_and_broken_settings_are_read_as_far_as_they_go() -> None:
    tree = MemoryTree({"requirements.txt": "flask==1\n# no\n-e .\n", "pyproject.toml": "[", "package.json": "{"})
    assert survey(tree)["dependencies"] == ["flask"]
