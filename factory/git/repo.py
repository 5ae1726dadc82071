"""One git repository: the only door to git, and the only importer of GitPython.

Every command runs without the user's hooks, fsmonitor, global configuration and inherited `GIT_*` variables, and with
git's own durability switched on.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from factory.errors import CouldNotRun, GitFailed, Mistake, Moved
from factory.git.git_environment import environment, located
from factory.git.mover import Mover
from factory.git.names import uninstalled
from factory.git.objects import to_name
from factory.git.store import Store
from factory.git.unsynced import must_have_room
from factory.model import Changed, Oid
from factory.tree import Entry

# They point at another global configuration, and a person may have set them. What `git -c` hands on to a hook or an
# alias (GIT_CONFIG_PARAMETERS) would win over the factory's own settings.
LEFT = ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM")
OLDEST_GIT = (2, 38)
WHOLE: dict[str, Any] = {  # what a git said, and how it ended
    "with_extended_output": True,
    "with_exceptions": False,
    "stdout_as_string": False,
    "strip_newline_in_stdout": False,
}
APART: dict[str, Any] = {"start_new_session": True}  # of every git: a terminal's Ctrl-C is for the controller alone
ASKED = ("rev-parse", "--path-format=absolute", "--is-bare-repository", "--show-object-format")
PLACES, TOP = ("--absolute-git-dir", "--git-common-dir"), "--show-toplevel"
LEDGER = "refs/heads/factory/ledger"


def _at(git: Any, path: Path, env: dict[str, str]) -> Any:
    # GitPython adds to the process's environment and offers no way to take a variable out of it.
    for name in [n for n in os.environ if n.startswith("GIT_") and not n.startswith("GIT_PYTHON") and n not in LEFT]:
        del os.environ[name]
    if path.is_dir() and not os.access(path, os.X_OK):  # GitPython would work in the folder around the process instead
        raise Mistake("this folder cannot be entered", path=str(path), remedy="name a repository with --repo DIR")
    at = git.Git(path)  # of a name in letters it expands each `$NAME`, and of a Path none
    at.update_environment(**env)
    return at


class Merged(NamedTuple):
    """A merge made without a checkout: its tree, and the paths in conflict (then the tree is of no use)."""

    tree: Oid
    conflicts: tuple[str, ...]


class Logged(NamedTuple):
    """A commit as `git log` tells it."""

    oid: Oid
    parents: tuple[Oid, ...]
    time: int
    message: str


class Repo:
    """A repository that the factory works on; `aside` takes new objects in its stead. Close it: it holds processes."""

    def __init__(self, path: Path, *, durable: bool = True, aside: Path | None = None) -> None:
        self._gitpython = _git()
        self._git = _at(self._gitpython, path, environment())
        env = environment(trusted=self._open(path))
        # In the git directory, not in the person's checkout: no attribute or filter of a working tree can act.
        own = self.common_dir / "objects"
        self._git = _at(self._gitpython, self.git_dir, {**env, **located(self.git_dir, own, aside)})
        self.store = Store(own, aside, self.algorithm, self._start_reader, durable)
        self._mover = Mover(self._start, self.common_dir, self.store.width, durable)

    @classmethod
    def create(cls, path: Path, *, bare: bool = False, algorithm: str = "sha1") -> None:
        """Make an empty repository whose first branch is main."""
        options = ["--bare"] if bare else []
        git = _at(_git(), path, environment())
        git.execute(["git", "init", "-q", "-b", "main", f"--object-format={algorithm}", *options], **APART)

    def _open(self, path: Path) -> list[str]:
        """Find the repository at a path; what the person's `safe.directory` says, where it needs that."""
        if not path.is_dir():
            raise Mistake("there is no such folder", path=str(path), remedy="name a repository with --repo DIR")
        code, out, err = self._run(*ASKED, *PLACES, TOP)  # one process; where there is no work tree it refuses
        trusted: list[str] = []
        if code and "dubious ownership" in err:
            trusted = to_name(self._run("config", "-z", "--get-all", "safe.directory", cwd=path)[1]).split("\0")[:-1]
            self._git = _at(self._gitpython, path, environment(trusted=trusted))
            code, out, err = self._run(*ASKED, *PLACES, TOP)
        if code:
            code, out, err = self._run(*ASKED, *PLACES)
        if code:
            if "dubious ownership" in err:
                raise _of_another(path, err)
            raise Mistake("this is not a git repository", path=str(path), remedy="run `git init` there, or use --repo")
        bare, self.algorithm, *places = to_name(out).split("\n")[:-1]
        if len(places) > len(PLACES) + 1:  # a line break in a path
            asked = [self._run("rev-parse", "--path-format=absolute", place) for place in (*PLACES, TOP)]
            places = [to_name(found)[:-1] for code, found, _ in asked if code == 0]
        git_dir, common, *top = places
        self.git_dir, self.common_dir, self.bare = Path(git_dir), Path(common), bare == "true"
        self.work_tree = Path(top[0]) if top and not self.bare else None
        return trusted

    def close(self) -> None:
        """End the child processes."""
        self.store.close()
        self._mover.close()

    def __enter__(self) -> Repo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- commands

    def ask(self, *args: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> tuple[int, bytes, str]:
        """(exit code, stdout, stderr) of a git command. Only plumbing, never with a person's words as an option.

        In a person's checkout (`cwd`) their own configuration holds (line endings, filters), and their hooks do not.
        """
        self.store.settle()  # git finds an object by its name alone
        return self._run(*args, stdin=stdin, cwd=cwd, **env)

    def _run(self, *args: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> tuple[int, bytes, str]:
        command = ["git", *args]
        git = self._git if cwd is None else _at(self._gitpython, cwd, environment(theirs=True))
        with tempfile.TemporaryFile() if stdin else nullcontext() as file:
            if file:
                file.write(stdin)
                file.seek(0)
            code, out, err = git.execute(command, istream=file, env=env or None, **WHOLE, **APART)
        text = err if isinstance(err, str) else err.decode("utf-8", "replace")
        return code, out if isinstance(out, bytes) else out.encode(), text

    def call(self, *args: str, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> bytes:
        """stdout of a git command that must succeed."""
        code, out, err = self.ask(*args, stdin=stdin, cwd=cwd, **env)
        if code:
            must_have_room(self.common_dir)
            raise GitFailed(f"git {args[0]} failed ({code}): {err.strip() or 'no reason given'}")
        return out

    def _start_reader(self) -> Any:
        return self._start("cat-file", "--batch")

    def _start(self, *args: str) -> Any:
        return self._git.execute(["git", *args], istream=-1, as_process=True, **APART)

    # --- refs

    def tip(self, ref: str) -> Oid | None:
        """The commit that a full ref name stands at; None where there is none."""
        found = self.store.get(ref)
        return found[0] if found else None

    def move(self, ref: str, new: Oid | None, old: Oid | None) -> None:
        """Compare-and-swap a ref; None creates or deletes it. On disk when this returns. Moved if not at `old`."""
        self.store.settle()
        if refused := self._mover.move(ref, new, old):
            if self.tip(ref) != old:
                raise Moved(f"{ref} is not at {(old or 'nothing')[:12]} any more")
            self._in_the_way(ref)
            must_have_room(self.common_dir)
            raise GitFailed(f"git could not move {ref}: {refused}; mend that, then run again")

    def _in_the_way(self, ref: str) -> None:
        """Mistake where another ref's name is a folder of this one's, or the reverse: git cannot have both."""
        parts = ref.split("/")
        above = ("/".join(parts[:end]) for end in range(2, len(parts)))
        if found := next(filter(self.tip, above), "") or next(iter(self.refs(f"{ref}/")), ""):
            kind, name, remedy = "ref", found, f"take it away: `git update-ref -d {found}`"
            if found.startswith("refs/heads/"):
                kind, name = "branch", found.removeprefix("refs/heads/")
                remedy = f"rename it: `git branch -m {name} OTHER-NAME`"
            raise Mistake(f"the {kind} {name} is in the way of the factory's {ref}", remedy=remedy)

    def refs(self, under: str) -> dict[str, Oid]:
        """Full ref name -> commit, below a prefix."""
        out = to_name(self.call("for-each-ref", "--format=%(objectname) %(refname)", under))
        return {name: oid for oid, name in (line.split(" ", 1) for line in out.splitlines())}

    # --- comparing and merging

    def diff(self, old: Oid, new: Oid) -> tuple[Changed, ...]:
        """The paths that differ between two trees or commits; a rename is a deletion and an addition."""
        nothing = Entry("", "")
        found = sorted(self.store.differ(self._tree(old), self._tree(new)))
        pairs = ((path, was or nothing, now or nothing) for path, was, now in found)
        return tuple(
            Changed(path=path, old_mode=was.mode, old=was.oid, new_mode=now.mode, new=now.oid)
            for path, was, now in pairs
        )

    def _tree(self, name: str) -> Oid:
        try:
            return self.store.tree_of(name)
        except KeyError:
            raise GitFailed(f"git has no tree of {name}; see `git fsck`, or use a full clone") from None

    def merge(self, ours: Oid, theirs: Oid) -> Merged:
        """Merge two commits without a checkout."""
        for commit in (ours, theirs, self.merge_base(ours, theirs)):
            if commit is not None:  # git itself would unfold a tree without a bound
                self.store.walk.must_be_bounded(self._tree(commit))
        code, out, err = self.ask("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
        if code not in (0, 1):
            must_have_room(self.common_dir)
            raise GitFailed(f"git merge-tree failed ({code}): {err.strip()}")
        tree, *paths = to_name(out).split("\0")
        return Merged(tree.strip(), tuple(sorted({p for p in paths if p})) if code else ())

    def merge_base(self, one: Oid, other: Oid) -> Oid | None:
        return self.ask("merge-base", one, other)[1].decode().strip() or None

    def is_ancestor(self, old: Oid, new: Oid) -> bool:
        return old == new or self.ask("merge-base", "--is-ancestor", old, new)[0] == 0

    # --- history

    def log(
        self, *revisions: str, first_parent: bool = True, limit: int = 0, paths: Iterable[str] = ()
    ) -> Iterator[Logged]:
        """Commits, newest first, folded from one `git log`; `paths`: those alone that touch one of them."""
        options = ["--first-parent"] if first_parent else []
        if limit:
            options.append(f"--max-count={limit}")
        asked = ("log", "-z", "--no-show-signature", "--encoding=UTF-8", "--format=%H %ct %P%n%B", *options)
        out = self.call(*asked, "--end-of-options", *revisions, "--", *paths)
        for record in to_name(out).split("\0"):
            head, _, message = record.partition("\n")
            if head:
                oid, time, *parents = head.split(" ")
                yield Logged(oid, tuple(p for p in parents if p), int(time or 0), message)  # an old import may lack it

    @cached_property
    def shallow(self) -> bool:
        return (self.common_dir / "shallow").exists()

    def skipped(self) -> dict[str, Entry]:
        """What git was told not to check out (a sparse checkout) and is not there: path -> as the index holds it."""
        assert self.work_tree is not None
        listed = to_name(self.call("ls-files", "-z", "-t", "--stage", cwd=self.work_tree)).split("\0")
        found = {}
        for head, _, path in (record.partition("\t") for record in listed if record.startswith("S ")):
            _, mode, oid, _ = head.split(" ")
            if not os.path.lexists(self.work_tree / path):
                found[path] = Entry(mode, oid)
        return found

    def tracked(self) -> Iterable[str]:
        """What a person's checkout holds: tracked files, and new ones that are neither ignored nor installed."""
        assert self.work_tree is not None
        known = to_name(self.call("ls-files", "-z", "--cached", cwd=self.work_tree)).split("\0")
        others = self.call("ls-files", "-z", "--others", "--exclude-standard", cwd=self.work_tree)
        return dict.fromkeys(p for p in (*known, *uninstalled(to_name(others).split("\0"))) if p)


def _of_another(path: Path, err: str) -> Mistake:
    """The person may trust it: git's own remedy, which quotes the folder that counts."""
    said = re.search(r"git config --global --add safe\.directory [^\n]+", err)
    remedy = f", or say that you trust it: `{said[0]}`" if said else ""
    return Mistake("this repository belongs to another user", path=str(path), remedy=f"run as its owner{remedy}")


def _git() -> Any:
    absent = CouldNotRun("git is not installed, or not on PATH; install git 2.38 or newer")
    try:
        import git
    except ImportError as error:  # GitPython starts git when it is imported, and says this of every failure
        raise (error.__cause__ if isinstance(error.__cause__, OSError) else absent) from None
    try:
        version = _version(git, shutil.which("git"))
    except git.GitCommandNotFound as error:
        raise absent from error
    if not version:
        raise absent
    if version < OLDEST_GIT:
        raise CouldNotRun(f"git {'.'.join(map(str, version))} is too old; install git 2.38 or newer")
    return git


@cache
def _version(git: Any, at: str | None) -> tuple[int, ...]:
    """The first two numbers of the version of the git that lies there; asked once in a process."""
    found = git.Git().execute(["git", "version"], with_exceptions=False, **APART)
    return tuple(int(n) for n in re.findall(r"\d+", found)[:2])
