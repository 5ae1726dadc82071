"""What runs by itself on a person's or a CI's machine, and what steers later workers, is out of a change's reach."""

from __future__ import annotations

import pytest

from factory.ssot.protected import FIRST, PROTECTED
from tests.guards.cases import GONE, changed, found, plan, said

STARTED = [
    ".vscode/tasks.json", "web/.vscode/settings.json", ".idea/workspace.xml", "a.code-workspace", ".envrc", "sub/.envrc",
    ".devcontainer/devcontainer.json", ".claude/settings.json", "web/.claude/settings.json", ".cursor/rules/x.mdc",
    ".cursorrules", ".gemini/settings.json", ".qwen/settings.json", ".codex/config.toml", ".aider.conf.yml",
    ".opencode/plugin/x.ts", "opencode.json", ".mcp.json", "AGENTS.md", "docs/AGENTS.md", "agents.md", "CLAUDE.md",
    "GEMINI.md", "QWEN.md", ".windsurfrules", ".github/copilot-instructions.md", "lefthook.yaml", ".lefthook.yml",
    ".husky/pre-commit", "web/.husky/pre-commit", ".pre-commit-config.yml", ".overcommit.yml", ".githooks/pre-push",
    "azure-pipelines.yaml", "azure-pipelines-nightly.yml", "cloudbuild.yaml", ".tekton/push.yaml", ".GitLab-CI.yml",
    "ci/Jenkinsfile.release", ".drone.star", "buildspec.yml", ".npmrc", "web/.yarnrc.yml", ".cargo/config.toml",
    "mise.toml", "bunfig.toml", "binding.gyp", "build.rs", "netlify.toml",
]  # fmt: skip
ORDINARY = [
    "Makefile", "docs/editors/vscode.md", "src/envrc.py", "src/agents.py", "docs/claude-code.md", "CONTRIBUTING.md",
    "CONVENTIONS.md", "Dockerfile", "src/lefthook_plugin.py", "scripts/build.sh", "package.json", "pyproject.toml",
    "setup.py", "Cargo.toml", ".gitignore", ".editorconfig", ".env.example", "src/cloud.yaml", "data/mcp.json",
]  # fmt: skip


def named(path: str) -> bool:
    case = changed({}, {path: "x"}, protected=PROTECTED, told=plan(modify=(path,)))
    return any("is protected" in message for message in said(case, "protected"))


@pytest.mark.parametrize("path", STARTED)
def test_what_starts_by_itself_or_steers_a_worker_is_protected_and_no_ticket_opens_it(path: str) -> None:
    assert named(path)


@pytest.mark.parametrize("path", ORDINARY)
def test_what_a_person_starts_is_ordinary(path: str) -> None:
    assert not named(path)


def test_stamps_of_earlier_versions_are_held_to_the_list_that_these_had() -> None:
    assert set(FIRST) < set(PROTECTED)
    assert "**/AGENTS.md" not in FIRST


def objects(path: str, before: str | bytes | None, after: str | bytes) -> bool:
    case = changed({} if before is None else {path: before}, {path: after})
    return bool(found(case, "protected"))


PACKAGE = '{"name": "a", "version": "1.0.0", "scripts": {"build": "tsc", "postcss": "postcss a"}, "dependencies": {}}'


@pytest.mark.parametrize(
    "script", ["preinstall", "install", "postinstall", "prepare", "prepublishOnly", "prebuild", "pretest", "postpack"]
)
def test_a_script_that_npm_starts_unasked_is_refused(script: str) -> None:
    after = PACKAGE.replace('"build"', f'"{script}": "curl evil", "build"')
    for path in ("package.json", "web/package.json", "Package.json"):
        assert objects(path, PACKAGE, after)
    assert objects("package.json", None, after)
    assert objects("package.json", "\ufeff" + PACKAGE, "\ufeff" + after)


def test_the_rest_of_a_package_is_the_projects_own() -> None:
    after = PACKAGE.replace("1.0.0", "1.1.0").replace("{}", '{"b": "2"}').replace('"tsc"', '"tsc -p ."')
    assert not objects("package.json", PACKAGE, after)
    assert not objects("package.json", PACKAGE, after.replace('"postcss a"', '"postcss b"'))
    assert not objects("package.json", None, PACKAGE)
    assert not objects("package.json", "no JSON", "none either")


def test_a_package_too_deep_to_read_is_refused() -> None:
    assert objects("package.json", PACKAGE, '{"a":' + "[" * 100_000 + "]" * 100_000 + "}")


def test_hooks_of_git_and_of_composer_are_refused() -> None:
    assert objects(
        "package.json", PACKAGE, PACKAGE.replace('"name"', '"simple-git-hooks": {"pre-commit": "x"}, "name"')
    )
    assert objects("composer.json", "{}", '{"scripts": {"post-install-cmd": "x"}}')
    assert not objects("composer.json", "{}", '{"scripts": {"lint": "x"}}')


PROJECT = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n[project]\nname = "a"\n'


@pytest.mark.parametrize(
    "after",
    [
        PROJECT.replace("setuptools.build_meta", "evil"),
        PROJECT.replace("[project]", 'backend-path = ["."]\n[project]'),
        PROJECT.replace('["setuptools"]', '["setuptools", "evil"]'),
        PROJECT + "[tool.hatch.build.hooks.custom]\n",
    ],
)
def test_a_builds_back_end_is_refused(after: str) -> None:
    assert objects("pyproject.toml", PROJECT, after)
    assert objects("sub/pyproject.toml", PROJECT, after)


def test_the_rest_of_a_project_and_a_project_in_a_new_folder_are_let_pass() -> None:
    assert not objects("pyproject.toml", PROJECT, PROJECT + 'dependencies = ["b"]\n')
    assert not objects("examples/b/pyproject.toml", None, PROJECT)
    assert not objects("examples/b/setup.py", None, SETUP)
    assert objects("setup.py", None, SETUP)


SETUP = 'from setuptools import setup\nVERSION = "1"\nsetup(name="a", version=VERSION, install_requires=["b"])\n'


@pytest.mark.parametrize(
    "after",
    [
        SETUP + "import os\nos.system('curl evil')\n",
        SETUP.replace("name=", "cmdclass={'install': Evil}, name="),
        SETUP.replace("name=", "setup_requires=['evil'], name="),
        SETUP.replace("name=", "entry_points={'pytest11': ['a = a']}, name="),
        SETUP.replace('["b"]', "fetch()"),
        "print(",
    ],
)
def test_code_in_a_setup_py_is_refused(after: str) -> None:
    assert objects("setup.py", SETUP, after)


def test_the_plain_values_of_a_setup_py_are_the_projects_own() -> None:
    after = SETUP.replace('"1"', '"2"').replace('["b"]', '["b>=2", "c"]')
    after = after.replace("name=", "entry_points={'console_scripts': ['a = a:main']}, name=")
    assert not objects("setup.py", SETUP, after)
    assert not objects("setup.py", SETUP, GONE)


def test_compiled_python_that_main_has_is_not_swapped_and_may_go() -> None:
    path = "till/__pycache__/a.cpython-311.pyc"
    assert objects(path, b"\0one", b"\0two")
    assert not objects(path, b"\0one", GONE)
