"""Whatever a worker leaves is taken to the byte, or refused with its path; on every kind of room."""

# mypy: disable-error-code="func-returns-value"

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from factory.git.names import escapes, is_git, is_product
from factory.model import Triage
from factory.rooms.harvest import Harvest, HarvestCaps
from factory.rooms.rooms import Rooms
from factory.sandbox.process import run
from factory.tree import EXECUTABLE, FILE, LINK, SUBMODULE, Entry
from tests.rooms.memory import MemorySource

FILES = {
    "README.md": "read me\n",
    "src/app.py": "x = 1\n",
    "src/util/io.py": "y = 1\n",
    ".gitignore": "ignored.txt\nbuild/\n",
    "ignored.txt": "tracked all the same\n",
    "lib/vendored": "",
    "link": "src/app.py",
    "kept/__pycache__/a.pyc": "tracked",
    "asset.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
}
MODES = {"lib/vendored": SUBMODULE, "link": LINK}


@contextmanager
def worked(
    rooms: Rooms, source: MemorySource, work: Callable[[Path], object], hidden: tuple[str, ...] = ()
) -> Iterator[Harvest]:
    """What is harvested after some work in a room."""
    tree = source.tree("T", FILES, MODES)
    with rooms.open(tree, hidden=hidden) as room:
        work(room.path)
        yield room.harvest()


def write(root: Path, name: str | bytes, content: bytes | str = "new") -> None:
    at = os.path.join(os.fsencode(root), os.fsencode(name))
    os.makedirs(os.path.dirname(at), exist_ok=True)
    with open(at, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def bind(at: Path) -> None:
    os.mknod(at, stat.S_IFSOCK | 0o600)  # a server's own bind takes no path over a hundred characters


def swap(root: Path) -> None:
    shutil.rmtree(root / "src")
    (root / "src").write_text("a file")
    (root / "README.md").unlink()
    (root / "README.md").mkdir()
    (root / "README.md" / "part").write_text("in a folder")


def relink(root: Path) -> None:
    shutil.move(root / "src", root / "moved")
    (root / "src").symlink_to("moved")


def deep(root: Path) -> None:
    at = os.open(root, os.O_RDONLY)
    for _ in range(600):
        os.mkdir("abcdefgh", dir_fd=at)
        below = os.open("abcdefgh", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=at))
    os.close(at)


def unreadable(root: Path) -> None:
    write(root, "shut/file")
    write(root, "src/app.py", "closed")
    (root / "src/app.py").chmod(0)
    (root / "shut/file").chmod(0)
    (root / "shut").chmod(0)


def git(root: Path, *arguments: str) -> None:
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    finished = run(
        ("git", "-c", "safe.directory=*", "-c", "user.name=w", "-c", "user.email=w@x", *arguments),
        cwd=root,
        env=env,
        timeout=30,
    )
    assert finished.code == 0, finished.stderr


def nested(root: Path, commit: bool) -> None:
    (root / "sub").mkdir()
    git(root / "sub", "init", "-q")
    write(root, "sub/file", "in a repository")
    if commit:
        git(root / "sub", "add", ".")
        git(root / "sub", "commit", "-qm", "one")


def blob(content: bytes | str) -> str:
    return MemorySource().blob_oid(content.encode() if isinstance(content, str) else content)


TAKEN: dict[str, tuple[Callable[[Path], object], dict[str, Entry | None]]] = {
    "of what .gitignore names, what the tree tracks": (
        lambda r: (write(r, "ignored.txt", "changed"), write(r, "build/out", "made"), write(r, "src/ignored.txt")),
        {"ignored.txt": Entry(FILE, blob("changed"))},
    ),
    "nothing that is ignored, whatever it is": (
        lambda r: (
            (r / "build").mkdir(),
            os.mkfifo(r / "build/pipe"),
            bind(r / "build/sock"),
            (r / "build/out").symlink_to("/etc/passwd"),
            write(r, "build/.GIT/config"),
            os.mkfifo(r / "src/ignored.txt"),
        ),
        {},
    ),
    "what only the worker's own .gitignore names": (
        lambda r: (write(r, ".gitignore", "*\n"), write(r, "src/new.py"), write(r, "build/out")),
        {".gitignore": Entry(FILE, blob("*\n")), "src/new.py": Entry(FILE, blob("new"))},
    ),
    "no repository of the worker's own": (lambda r: git(r, "init", "-q"), {}),
    "the files beside a nested repository": (
        lambda r: nested(r, False),
        {"sub/file": Entry(FILE, blob("in a repository"))},
    ),
    "the files beside a nested repository with commits": (
        lambda r: nested(r, True),
        {"sub/file": Entry(FILE, blob("in a repository"))},
    ),
    "no .git that is a file or a link": (
        lambda r: (write(r, "src/.git", "gitdir: /x"), (r / ".git").symlink_to("/etc")),
        {},
    ),
    "a symlink inside the tree": (
        lambda r: (r / "src/to").symlink_to("../README.md"),
        {"src/to": Entry(LINK, blob("../README.md"))},
    ),
    "a symlink to nothing": (lambda r: (r / "to").symlink_to("not/yet"), {"to": Entry(LINK, blob("not/yet"))}),
    "mode 0777, as executable": (
        lambda r: (r / "src/app.py").chmod(0o777),
        {"src/app.py": Entry(EXECUTABLE, blob("x = 1\n"))},
    ),
    "setuid, as executable": (
        lambda r: (r / "src/app.py").chmod(0o6755),
        {"src/app.py": Entry(EXECUTABLE, blob("x = 1\n"))},
    ),
    "mode 0600, as no change": (lambda r: (r / "src/app.py").chmod(0o600), {}),
    "odd names": (
        lambda r: [write(r, n) for n in ("a\nb", "a\\b", "a:b", "\x01\x1b[31m", b"\xff\xfe", " ", "~", "-n", "한국어")],
        {
            n: Entry(FILE, blob("new"))
            for n in ("a\nb", "a\\b", "a:b", "\x01\x1b[31m", os.fsdecode(b"\xff\xfe"), " ", "~", "-n", "한국어")
        },
    ),
    "hard links, as two files": (
        lambda r: os.link(r / "README.md", r / "again"),
        {"again": Entry(FILE, blob("read me\n"))},
    ),
    "what cannot be read by others": (
        unreadable,
        {"shut/file": Entry(FILE, blob("new")), "src/app.py": Entry(FILE, blob("closed"))},
    ),
    "a large-file pointer, as it is": (
        lambda r: write(r, "asset.bin", FILES["asset.bin"].replace("00", "11")),
        {"asset.bin": Entry(FILE, blob(FILES["asset.bin"].replace("00", "11")))},
    ),
    "attributes that ask for filters": (
        lambda r: (write(r, ".gitattributes", "* text eol=crlf filter=evil ident\n"), write(r, "crlf", b"a\r\n$Id$\n")),
        {
            ".gitattributes": Entry(FILE, blob("* text eol=crlf filter=evil ident\n")),
            "crlf": Entry(FILE, blob(b"a\r\n$Id$\n")),
        },
    ),
    "folders for files and files for folders": (
        swap,
        {
            "src": Entry(FILE, blob("a file")),
            "src/app.py": None,
            "src/util/io.py": None,
            "README.md": None,
            "README.md/part": Entry(FILE, blob("in a folder")),
        },
    ),
    "a symlink to a folder where the folder was": (
        relink,
        {
            "src": Entry(LINK, blob("moved")),
            "src/app.py": None,
            "src/util/io.py": None,
            "moved/app.py": Entry(FILE, blob("x = 1\n")),
            "moved/util/io.py": Entry(FILE, blob("y = 1\n")),
        },
    ),
    "a name that changes only its case": (
        lambda r: (r / "README.md").rename(r / "readme.md"),
        {"README.md": None, "readme.md": Entry(FILE, blob("read me\n"))},
    ),
    "no products of a test run": (
        lambda r: [
            write(r, n)
            for n in ("src/__pycache__/app.pyc", "x.pyc", ".pytest_cache/v/a", "src/__pycache__/.git/config")
        ],
        {},
    ),
    "a product that the tree tracks": (
        lambda r: write(r, "kept/__pycache__/a.pyc", "changed"),
        {"kept/__pycache__/a.pyc": Entry(FILE, blob("changed"))},
    ),
    "an empty folder, as nothing": (lambda r: (r / "void").mkdir(), {}),
    "a submodule's folder that is gone, as nothing": (lambda r: (r / "lib/vendored").rmdir(), {}),
    "names that only look like git's": (
        lambda r: [
            write(r, n) for n in (".github/x", ".gitx", "git", "a.git", ".factoryx", "src/.factory", ".gitkeep")
        ],
        {
            n: Entry(FILE, blob("new"))
            for n in (".github/x", ".gitx", "git", "a.git", ".factoryx", "src/.factory", ".gitkeep")
        },
    ),
}


@pytest.mark.parametrize("case", TAKEN)
def test_it_takes(case: str, rooms: Rooms, source: MemorySource) -> None:
    work, files = TAKEN[case]
    with worked(rooms, source, work) as harvest:
        assert harvest.findings == ()
        assert harvest.files == files
        assert all(entry is None or entry.oid in source.kept for entry in harvest.files.values())


REFUSED: dict[str, tuple[Callable[[Path], object], str, Triage]] = {
    "a symlink into a repository": (lambda r: (r / "hooks").symlink_to(".git/hooks"), "hooks", Triage.TAMPER),
    "an absolute symlink": (lambda r: (r / "src/out").symlink_to("/etc/passwd"), "src/out", Triage.TAMPER),
    "a symlink that climbs out": (lambda r: (r / "src/out").symlink_to("../../up"), "src/out", Triage.TAMPER),
    "a symlink that climbs out through another": (
        lambda r: ((r / "x").symlink_to("."), (r / "out").symlink_to("x/../etc")),
        "out",
        Triage.TAMPER,
    ),
    "a tracked symlink turned outward": (
        lambda r: ((r / "link").unlink(), (r / "link").symlink_to("../..")),
        "link",
        Triage.TAMPER,
    ),
    "a fifo": (lambda r: os.mkfifo(r / "pipe"), "pipe", Triage.SCOPE),
    "a fifo in a file's place": (
        lambda r: ((r / "README.md").unlink(), os.mkfifo(r / "README.md")),
        "README.md",
        Triage.SCOPE,
    ),
    "a socket": (lambda r: bind(r / "sock"), "sock", Triage.SCOPE),
    "the factory's own name": (lambda r: write(r, ".factory/result.json", "{}"), ".factory", Triage.TAMPER),
    "the factory's own name in capitals": (lambda r: write(r, ".Factory", "{}"), ".Factory", Triage.TAMPER),
    "a name that collides but for case": (lambda r: write(r, "readme.MD"), "readme.MD", Triage.SCOPE),
    "a folder that collides but for case": (lambda r: write(r, "SRC/other.py"), "SRC/other.py", Triage.SCOPE),
    "two new names that collide": (lambda r: (write(r, "new/Öa"), write(r, "new/öA")), "new/öA", Triage.SCOPE),
    "a file of 300 MB": (lambda r: (write(r, "big"), os.truncate(r / "big", 300 << 20)), "big", Triage.SCOPE),
    "a tree too deep": (deep, "abcdefgh/" * 100 + "abcdefgh", Triage.SCOPE),
    "files in a submodule": (lambda r: write(r, "lib/vendored/file"), "lib/vendored/file", Triage.SCOPE),
    "a .gitmodules that is a symlink": (
        lambda r: (r / ".gitmodules").symlink_to("README.md"),
        ".gitmodules",
        Triage.TAMPER,
    ),
}
GIT_NAMES = (
    ".GIT",
    ".git.",
    ".git ",
    ".Git. .",
    "git~1",
    "GIT~2",
    ".git::$INDEX_ALLOCATION",
    ".g\u200cit",
    "\ufeff.git",
    "a\\.git\\config",
    ".git:stream",
)


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses(case: str, rooms: Rooms, source: MemorySource) -> None:
    work, path, triage = REFUSED[case]
    with worked(rooms, source, work) as harvest:
        assert [(finding.path, finding.triage) for finding in harvest.findings] == [(path, triage)]
        assert harvest.findings[0].guard == "harvest"
        assert path not in harvest.files


@pytest.mark.parametrize("name", GIT_NAMES)
def test_it_refuses_every_spelling_of_git(name: str, rooms: Rooms, source: MemorySource) -> None:
    for path in (name, f"src/{name}/config"):
        with worked(rooms, source, lambda root, at=path: write(root, at)) as harvest:  # type: ignore[misc]
            assert [finding.triage for finding in harvest.findings] == [Triage.TAMPER]
            assert harvest.findings[0].path == path.removesuffix("/config")
            assert harvest.files == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can make a device")
def test_it_refuses_a_device(rooms: Rooms, source: MemorySource) -> None:
    with worked(rooms, source, lambda r: os.mknod(r / "null", 0o20666, os.makedev(1, 3))) as harvest:
        assert [f.path for f in harvest.findings] == ["null"]
        assert harvest.files == {}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_it_takes_what_another_user_owns(rooms: Rooms, source: MemorySource) -> None:
    def give(root: Path) -> None:
        write(root, "theirs")
        os.chown(root / "theirs", 4321, 4321)
        os.chown(root / "README.md", 4321, 4321)

    with worked(rooms, source, give) as harvest:
        assert harvest.files == {"theirs": Entry(FILE, blob("new"))}
        assert harvest.findings == ()


def test_a_hidden_path_may_not_be_written(rooms: Rooms, source: MemorySource) -> None:
    hidden = ("src/util/io.py", "README.md")

    def guess(root: Path) -> None:
        write(root, "README.md/below")
        write(root, "src/util", "a file where a hidden one's folder is")

    with worked(rooms, source, lambda root: write(root, "README.md", "guessed"), hidden) as harvest:
        assert [(f.path, f.triage) for f in harvest.findings] == [("README.md", Triage.SCOPE)]
        assert harvest.files == {}
    with worked(rooms, source, guess, hidden) as harvest:
        assert {f.path for f in harvest.findings} == {"README.md/below", "src/util"}
        assert harvest.files == {}


def test_what_is_refused_hides_nothing_else(rooms: Rooms, source: MemorySource) -> None:
    def both(root: Path) -> None:
        write(root, ".GIT/config")
        write(root, "src/app.py", "changed")

    with worked(rooms, source, both) as harvest:
        assert list(harvest.files) == ["src/app.py"]
        assert len(harvest.findings) == 1


@pytest.mark.parametrize("caps", [HarvestCaps(paths=10), HarvestCaps(total_bytes=100)])
def test_too_much_is_refused(caps: HarvestCaps, source: MemorySource, tmp_path: Path) -> None:
    rooms = Rooms(source, tmp_path / "rooms", kind="copy", caps=caps)
    with worked(rooms, source, lambda root: [write(root, f"n/{i:03}", f"{i:050}") for i in range(50)]) as harvest:
        assert [f.triage for f in harvest.findings] == [Triage.SCOPE]
        assert len(harvest.files) <= 11
    rooms.close()


def test_an_escape_is_judged_as_the_kernel_follows_it() -> None:
    links = {"a": "b/c", "b/c": "../d", "self": "self", "up": "..", "x": ".", "y": "x/../z", "ok": "x/x/x/d"}
    assert [path for path in links if escapes(path, links)] == ["self", "up", "y"]


def test_names_are_told_apart() -> None:
    assert not any(map(is_git, (".github", "git", ".git_", "~git", ".gi", "agit~1", "git~x")))
    assert is_product("a/__pycache__/b.cpython-311.pyc")
    assert not is_product("a/pycache/b.py")
