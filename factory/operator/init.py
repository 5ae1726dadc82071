"""`factory init`: the files that a repository needs, written once and never over what is there."""

from __future__ import annotations

import importlib.resources
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.line.opening import key_path
from factory.records import signing
from factory.ssot.product import product_of
from factory.tree import FolderTree

# name in factory/templates -> where it goes
TEMPLATES = {
    "D_ROADMAP.md": "D_ROADMAP.md",
    "AC_LEDGER.md": "AC_LEDGER.md",
    "factory.toml": "ssot/factory.toml",
    "SSOT_RULES.md": "ssot/SSOT_RULES.md",
    "docops.toml": "ssot/docops.toml",
    "welding.toml": "ssot/welding.toml",
    "engine_centricity.toml": "ssot/engine_centricity.toml",
    "justfile": "justfile",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "factory.yml": ".github/workflows/factory.yml",
}
LATER = "factory.just"  # where there is a justfile already, ours lies beside it


def init(path: Path, environ: Mapping[str, str], *, key: bool) -> list[str]:
    """Write what is missing; returns what was done and what comes next, a line each."""
    with Repo(path) as repo:
        if repo.work_tree is None:
            raise Mistake(
                "a bare repository has no place for files", path=str(path), remedy="run `factory init` in a clone"
            )
        branch = _branch(repo)
        product = product_of(FolderTree(repo.work_tree, repo.tracked()))
        lines = list(_write(repo.work_tree, branch, product))
        if key:
            lines += _key(repo, environ)
        return [*lines, "", *_next()]


def _branch(repo: Repo) -> str:
    """The branch that is checked out: the first guess at which one is to be stamped."""
    code, out, _ = repo.ask("symbolic-ref", "--short", "HEAD")
    return out.decode("utf-8", "replace").strip() if code == 0 else "main"


def _write(root: Path, branch: str, product: Iterable[str]) -> Iterator[str]:
    listed = ", ".join(json.dumps(glob, ensure_ascii=False) for glob in product)
    for name, place in TEMPLATES.items():
        at = root / place
        if place == "justfile" and (at.exists() or (root / "Justfile").exists() or (root / ".justfile").exists()):
            at = root / LATER
        if at.exists() or at.is_symlink():
            yield f"kept   {at.relative_to(root)}"
            continue
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(template(name).replace("@BRANCH@", branch).replace("@PRODUCT@", listed), encoding="utf-8")
        hint = "  (add `import 'factory.just'` to your justfile)" if at.name == LATER else ""
        yield f"wrote  {at.relative_to(root)}{hint}"


def template(name: str) -> str:
    return importlib.resources.files("factory").joinpath("templates", name).read_text(encoding="utf-8")


def _key(repo: Repo, environ: Mapping[str, str]) -> Iterator[str]:
    """The key that signs the stamps: the private half outside the repository, the public half in it."""
    assert repo.work_tree is not None
    at, allowed = key_path(repo, environ), repo.work_tree / signing.ALLOWED
    if at.exists():
        line = signing.allowed_line(at)
        yield "kept   the key that signs this repository's stamps"
    else:
        line = signing.make_key(at)
        yield f"made   {at}: the key that signs this repository's stamps; keep it private"
    if allowed.exists() and line in allowed.read_text(encoding="utf-8"):
        yield f"kept   {signing.ALLOWED}"
    else:
        allowed.parent.mkdir(exist_ok=True)
        with allowed.open("a", encoding="utf-8") as file:
            file.write(line)
        yield f"wrote  {signing.ALLOWED}"


def _next() -> list[str]:
    return [
        "Next:",
        "  1. say who works: a [workers.default] in ssot/factory.toml",
        "  2. commit these files on the branch that is to be stamped",
        "  3. write a ticket and its criterion (D-001 shows how), set it IN_PROGRESS, commit",
        "  4. factory dry, then factory run",
    ]
