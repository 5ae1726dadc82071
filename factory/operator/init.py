"""`factory init`: the files that a repository needs, written once and never over what is there."""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from factory.errors import Mistake
from factory.gate.recipe import recipe
from factory.git.places import writable
from factory.git.repo import Repo
from factory.line.opening import key_path, signing_key
from factory.operator import runners, surroundings
from factory.operator.checked_out import CheckedOut
from factory.operator.runners import Runner
from factory.records import signing
from factory.ssot.product import product_of
from factory.tree import Tree

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
WINDOWS = {name: name for name in ("run_factory.ps1", "run_factory.cmd")}  # a start by a double click, into WSL
JUSTFILES = ("justfile", "Justfile", ".justfile")
LATER = "factory.just"  # where there is a justfile already, ours lies beside it
OURS = re.compile(r"(?m)^factory_run\b")
DEFAULT = "[private]\ndefault:\n    @just --list\n\n"  # a bare `just` starts nothing that costs


def init(path: Path, environ: Mapping[str, str], *, key: bool, windows: bool = False) -> list[str]:
    """Write what is missing; returns what was done and what comes next, a line each."""
    with Repo(path) as repo:
        if repo.work_tree is None:
            raise Mistake(
                "a bare repository has no place for files", path=str(path), remedy="run `factory init` in a clone"
            )
        files, branch = list(repo.tracked()), _branch(repo)
        source, folder = surroundings.requirement()
        tree = CheckedOut(repo, repo.work_tree)
        runs = runners.runner(files, lambda at: _text(tree, at))
        product = [glob for glob in product_of(tree) if glob != "**"]
        words = {
            "BRANCH": branch,
            "ZONE": surroundings.zone(environ),
            "PRODUCT": _listed(product),
            "GATE": runs.lines,
            "SANDBOX": _sandbox(surroundings.generated(repo, product), runners.NETWORK if runs.fetches else ""),
            "SOURCE": source if source.startswith(surroundings.WHEELS) else json.dumps(source),
            "DEFAULT": DEFAULT,
        }
        if key and not (at := _key_here(repo, environ)).exists():  # before anything is written
            writable(at.parent, "XDG_CONFIG_HOME", 0o700)
        skipped = repo.skipped()
        if key and signing.ALLOWED in skipped:
            raise Mistake(
                "this sparse checkout leaves it out, and the key's line belongs there",
                path=signing.ALLOWED,
                remedy="`git sparse-checkout add ssot`, then run again",
            )
        names = TEMPLATES | WINDOWS if windows else TEMPLATES
        lines = [*_write(repo.work_tree, names, words, skipped), *_no_rebase(repo, branch)]
        if key:
            lines += _key(repo, environ)
        makes = recipe(lambda at: _text(tree, at).encode(), files) if runs.lines == runners.PYTEST else ""
        return [*lines, "", *_next(repo, branch, runs, makes), *_notes(repo, runs, source, folder)]


def _text(tree: Tree, path: str) -> str:
    """What a tracked file says; nothing where it is not a file, or not there now."""
    try:
        return tree.read(path).decode("utf-8", "replace")
    except KeyError:
        return ""


def _branch(repo: Repo) -> str:
    """The branch that is checked out: the first guess at which one is to be stamped."""
    code, out, _ = repo.ask("symbolic-ref", "--short", "HEAD")
    return out.decode("utf-8", "replace").strip() if code == 0 else "main"


def _sandbox(generated: str, network: str) -> str:
    """The end of the settings; one table, where both have something to say in it."""
    return generated + (network.replace("# [sandbox]\n", "") if generated else network)


def _listed(globs: Iterable[str]) -> str:
    """TOML's list; empty where nothing is there yet, for then main's tree is asked anew each time."""
    return ", ".join(json.dumps(glob, ensure_ascii=False) for glob in globs)


def _write(root: Path, names: Mapping[str, str], words: Mapping[str, str], skipped: Collection[str]) -> Iterator[str]:
    for name, place in names.items():
        at, hint = _place(root, place)
        if at.exists() or at.is_symlink() or place in skipped:
            yield f"kept   {at.relative_to(root)}"
            continue
        at.parent.mkdir(parents=True, exist_ok=True)
        text = template(name)
        for word, value in ({**words, "DEFAULT": ""} if hint else words).items():
            text = text.replace(f"@{word}@", value)
        at.write_text(text, encoding="utf-8", newline="\r\n" if place.endswith(".cmd") else "\n")
        yield f"wrote  {at.relative_to(root)}{hint}"


def _place(root: Path, place: str) -> tuple[Path, str]:
    """Where a file goes, and what is left to do; beside a justfile that is a person's, ours has another name."""
    if place != "justfile":
        return root / place, ""
    theirs = next((at for name in JUSTFILES if (at := root / name).exists()), None)
    if theirs is None or OURS.search(theirs.read_text(encoding="utf-8", errors="replace")):
        return theirs or root / place, ""
    return root / LATER, f"  (add `import '{LATER}'` to {theirs.name})"


def template(name: str) -> str:
    return importlib.resources.files("factory").joinpath("templates", name).read_text(encoding="utf-8")


def _no_rebase(repo: Repo, branch: str) -> Iterator[str]:
    """A pull that rebases would take stamps apart: they are merges, and their second parents hold `.factory/`."""
    name, tree = f"branch.{branch}.rebase", repo.work_tree
    if repo.ask("config", "--get", name, cwd=tree)[0] == 0:
        yield f"kept   {name}"
    else:
        repo.call("config", name, "false", cwd=tree)
        yield f"set    {name} = false in this clone, so that `git pull` merges: a rebase takes stamps apart"


def _key(repo: Repo, environ: Mapping[str, str]) -> Iterator[str]:
    """The key that signs the stamps: the private half outside the repository, the public half in it."""
    assert repo.work_tree is not None
    at, allowed = _key_here(repo, environ), repo.work_tree / signing.ALLOWED
    if at.exists():
        line = signing.allowed_line(at)
        yield "kept   the key that signs this repository's stamps"
    elif not signing.has_program():
        yield f"no key: stamps are not signed here, for {signing.LACKING}, then `factory init` again"
        return
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


def _key_here(repo: Repo, environ: Mapping[str, str]) -> Path:
    """The key that is there, wherever this folder was when it was made; else the place for a new one."""
    place = key_path(repo, environ)
    if repo.tip("HEAD") is None or place.exists():
        return place
    try:
        return signing_key(repo, environ) or place
    except Mistake:  # main is not there yet
        return place


def _next(repo: Repo, branch: str, runs: Runner, makes: str) -> Iterator[str]:
    """What is to be done now. `makes`: an environment for the tests; empty where they need none."""
    assert repo.work_tree is not None
    steps = list[str]()
    if makes and not surroundings.environment(repo.work_tree):
        ignored = surroundings.would_be_ignored(repo, ".venv/pyvenv.cfg")
        says = "" if ignored else ", and `echo '/.venv/' >> .gitignore`"
        steps += [f"make what the tests need (the gate's own Python has pytest alone): `{makes}`{says}"]
    steps += [f"let git ignore {place}: `echo '/{place}' >> .gitignore`" for place in surroundings.not_ignored(repo)]
    steps += ["say who works: take the # of one [workers.default] in ssot/factory.toml away"]
    if runs.fetches:
        steps += ["let [gate] setup fetch what the tests need: take the # of [sandbox] there away"]
    if not surroundings.has_identity(repo):
        steps += ['tell git who you are: git config user.name "..." && git config user.email "..."']
    steps += [
        "set the row of D-001 in D_ROADMAP.md to IN_PROGRESS: a first ticket, to see the line run",
        f"commit what is new on {branch}",
        "factory dry, then factory run",
    ]
    yield "Next:"
    yield from (f"  {number}. {step}" for number, step in enumerate(steps, 1))


def _notes(repo: Repo, runs: Runner, source: str, folder: str) -> Iterator[str]:
    """What a person should know of this repository before the first run."""
    assert repo.work_tree is not None
    if runs.lines == runners.NO_TESTS:
        yield "No test was found: the gate runs none, and a ticket's own checks are all that judges it."
    elif runs.lines == runners.UNNAMED:
        yield "There are tests, and nothing here says what runs them: name it, as regression under [gate]."
    elif runs.lines == runners.PYTEST and (own := surroundings.without_pytest(repo.work_tree)):
        yield f"{own} has no pytest: `{own}/bin/python -m pip install pytest`, or name another runner under [gate]."
    elif runners.not_here(runs):
        yield f"`{runs.program}` is not on your PATH: install it, or name what runs the tests under [gate]."
    if source.startswith(surroundings.WHEELS):
        made = f"`pip wheel --no-deps -w {surroundings.WHEELS} {folder or 'CLONE'}`"
        yield f"The CI workflow installs the factory from {surroundings.WHEELS}: {made} puts it there; commit it."
    yield "`factory help project` has more: runners, CI, a second machine, the key."
