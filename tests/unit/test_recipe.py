"""What makes the environment that a project's tests need, read off its own files."""

from __future__ import annotations

import shlex

import pytest

from factory.gate.recipe import recipe

HEAD = "python3 -m venv .venv && .venv/bin/pip install "


@pytest.mark.parametrize(
    ("files", "installs"),
    [
        (
            {"pyproject.toml": '[project]\nname = "a"\noptional-dependencies.tests = ["freezegun", "pytest>=9"]'},
            ["-e", ".[tests]"],
        ),
        (
            {"pyproject.toml": '[build-system]\nrequires = []\n[project.optional-dependencies]\ncli = ["click"]',
             "requirements.txt": "click\n"},
            ["-e", ".", "-r", "requirements.txt", "pytest"],
        ),
        (
            {"pyproject.toml": '[project]\nname = "a"\n[dependency-groups]\ntests = ["pytest", "b; python_version > \'3\'"]'},
            ["-e", ".", "pytest", "b; python_version > '3'"],
        ),
        (
            {"pyproject.toml": '[project]\nname = "a"\n[dependency-groups]\ndev = [{include-group = "all"}, "ruff"]\n'
             'all = ["pytest-cov", {include-group = "dev"}]'},
            ["-e", ".", "pytest-cov", "ruff", "pytest"],
        ),
        ({"setup.py": "", "tests/requirements.txt": "pytest\npytest-cov\n"}, ["-e", ".", "-r", "tests/requirements.txt"]),
        ({"setup.cfg": "[options.extras_require]\ntest =\n    pytest\n"}, ["-e", ".[test]"]),
        ({"requirements.txt": "flask\n", "requirements/dev.txt": "-r ../requirements.txt\n"},
         ["-r", "requirements.txt", "-r", "requirements/dev.txt", "pytest"]),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 100"}, ["pytest"]),
        ({"pyproject.toml": "no TOML", "setup.cfg": "neither"}, ["-e", ".", "pytest"]),
    ],
)  # fmt: skip
def test_an_environment_is_made_of_what_the_files_name(files: dict[str, str], installs: list[str]) -> None:
    said = recipe(lambda path: files[path].encode() if path in files else None, files)
    assert said.startswith(HEAD)
    assert shlex.split(said.removeprefix(HEAD)) == installs


def test_what_is_no_project_needs_none() -> None:
    assert recipe(lambda _: None, ["README.md", "test_it.py"]) == ""
