"""Every kind of repository: `factory run` stamps in it or refuses with one line, and `git status` is as expected."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from factory.git.objects import to_bytes
from factory.git.repo import Repo
from factory.tree import EXECUTABLE, FILE, LINK, SUBMODULE, Entry
from tests.line.conftest import RIGHT, SETTINGS, Answer, Shop, build, contents
from tests.line.conftest import at as at
from tests.line.conftest import make as make

Make = Callable[..., Shop]
At = Callable[[Path], Shop]
MAIN = "refs/heads/main"


def stamped(shop: Shop, *, ref: str = "main", status: str = "") -> None:
    """The run stamps D-1 on main, verify agrees, and the checkout is as a person left it."""
    done = shop.run("run")
    assert (done.code, done.err) == (0, ""), done
    assert shop.subjects(ref)[0] == "stamp(D-1): A ticket"
    assert shop.run("verify").code == 0
    assert shop.git("status", "--porcelain") == status


def refused(answer: Answer, code: int, *words: str) -> None:
    """One line, that code, and no traceback."""
    assert answer.code == code, answer
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.startswith("factory: ")
    for word in words:
        assert word in answer.err


def add(shop: Shop, found: dict[str, tuple[str, bytes | str]]) -> None:
    """Commit entries of any mode on main; a submodule's content is its commit's id."""
    with Repo(shop.path) as repo:
        tip = repo.tip(MAIN) or ""
        changes: dict[str, Entry | None] = {
            path: Entry(mode, what if isinstance(what, str) else repo.store.write_blob(what))
            for path, (mode, what) in found.items()
        }
        tree = repo.store.edit(repo.store.tree_of(tip), changes)
        commit = repo.store.commit(tip)._replace(tree=tree, parents=(tip,), message="more\n")
        oid = repo.store.write_commit(commit)
        repo.move(MAIN, oid, tip)
        repo.call("read-tree", "-m", "-u", oid, cwd=shop.path)


@pytest.fixture
def shop(make: Make) -> Shop:
    return make("D-1 A ticket")


# --- what the tree holds ---------------------------------------------------------------------------------


def test_a_submodule_that_is_not_checked_out_is_kept(shop: Shop) -> None:
    modules = b'[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n'
    add(shop, {".gitmodules": (FILE, modules), "lib": (SUBMODULE, "1" * 40)})
    stamped(shop)
    assert shop.git("ls-tree", "main", "lib").startswith(f"160000 commit {'1' * 40}")


def test_a_submodule_that_is_checked_out_keeps_its_files(shop: Shop) -> None:
    inner = shop.path / "lib"
    inner.mkdir()
    Repo.create(inner)
    with Repo(inner) as repo:
        tree = repo.store.edit(None, {"inner.txt": Entry(FILE, repo.store.write_blob(b"theirs\n"))})
        like = Repo(shop.path)
        first = like.store.commit(MAIN)._replace(tree=tree, parents=(), message="lib\n")
        like.close()
        oid = repo.store.write_commit(first)
        repo.move(MAIN, oid, None)
        repo.call("read-tree", "-m", "-u", oid, cwd=inner)
    add(shop, {".gitmodules": (FILE, b'[submodule "lib"]\n\tpath = lib\n\turl = ./lib\n'), "lib": (SUBMODULE, oid)})
    stamped(shop)
    assert (inner / "inner.txt").read_text() == "theirs\n"


def test_large_files_stay_pointers_in_git_and_files_in_the_checkout(shop: Shop) -> None:
    """A filter as git-lfs sets one up: the pointer is in git, the file is on disk."""
    for key, value in (("clean", "sed s/BIG/POINTER/"), ("smudge", "sed s/POINTER/BIG/"), ("required", "true")):
        shop.git("config", f"filter.lfs.{key}", value)
    attributes = b"*.bin filter=lfs diff=lfs merge=lfs -text\n"
    add(shop, {".gitattributes": (FILE, attributes), "a.bin": (FILE, b"POINTER a\n")})
    assert (shop.path / "a.bin").read_bytes() == b"BIG a\n"
    stamped(shop)
    assert shop.git("cat-file", "blob", "main:a.bin") == "POINTER a\n"
    assert (shop.path / "a.bin").read_bytes() == b"BIG a\n"


def test_line_endings_that_git_stores_are_kept_to_the_byte(make: Make) -> None:
    files = {
        path: text.replace("\n", "\r\n") for path, text in contents("D-1 A ticket").items() if path.endswith(".md")
    }  # type: ignore[arg-type]
    shop = make("D-1 A ticket", files=files, worker='printf "right\\r\\n" > D-1.txt\n')
    stamped(shop)
    with Repo(shop.path) as repo:
        table = repo.store.file(MAIN, "D_ROADMAP.md") or b""
        assert table.count(b"\r\n") == table.count(b"\n") > 3
        assert repo.store.file(MAIN, "D-1.txt") == b"right\r\n"


@pytest.mark.parametrize("how", ["attribute", "config"])
def test_line_endings_that_git_translates_are_translated_in_the_checkout(shop: Shop, how: str) -> None:
    if how == "config":
        shop.git("config", "core.autocrlf", "true")
    else:
        add(shop, {".gitattributes": (FILE, b"*.txt text eol=crlf\n*.md text eol=crlf\n")})
    shop.git("rm", "-q", "-r", "--cached", ".")
    shop.git("reset", "-q", "--hard", "main")
    assert b"\r\n" in (shop.path / "D_ROADMAP.md").read_bytes()
    stamped(shop)
    assert (shop.path / "D-1.txt").read_bytes() == b"right\r\n"
    assert shop.git("cat-file", "blob", "main:D-1.txt") == "right\n"


def test_executable_bits_and_symlinks_are_kept_and_made(make: Make) -> None:
    shop = make(
        "D-1 A ticket", worker=RIGHT + "echo ':' > new.sh; chmod +x new.sh; ln -s new.sh link; test -x old.sh\n"
    )
    add(shop, {"old.sh": (EXECUTABLE, b":\n"), "old-link": (LINK, b"old.sh")})
    stamped(shop)
    modes = {line.split("\t")[1]: line[:6] for line in shop.git("ls-tree", "main").splitlines()}
    assert (modes["old.sh"], modes["new.sh"]) == ("100755", "100755")
    assert (modes["old-link"], modes["link"]) == ("120000", "120000")
    assert (shop.path / "new.sh").stat().st_mode & 0o100


ODD = ("한글.txt", "with space", "tab\there", "new\nline", 'quote"', "back\\slash", "-dash", "*", ":(top)x", "é/è")


def test_odd_names_are_kept_and_made(make: Make) -> None:
    shop = make("D-1 A ticket", worker=RIGHT + "touch \"$(printf 'made\\nhere')\" '만든 것' :x\n")
    add(shop, {name: (FILE, name.encode()) for name in ODD})
    stamped(shop)
    with Repo(shop.path) as repo:
        found = set(repo.store.flat(repo.store.tree_of(MAIN)))
    assert found > {*ODD, "made\nhere", "만든 것", ":x"}
    assert (shop.path / "만든 것").read_text() == ""


def test_names_that_are_no_utf8_are_kept(make: Make) -> None:
    name = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    shop = make("D-1 A ticket")
    add(shop, {name: (FILE, b"latin\n")})
    stamped(shop)
    assert (shop.path / name).read_bytes() == b"latin\n"


def test_a_worker_may_change_a_file_whose_name_is_no_utf8(make: Make) -> None:
    name = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    shop = make("D-1 A ticket", worker=RIGHT + 'for f in caf*.txt; do echo changed > "$f"; done\n')
    add(shop, {name: (FILE, b"latin\n")})
    stamped(shop)
    with Repo(shop.path) as repo:
        assert repo.store.file(MAIN, name) == b"changed\n"
    assert to_bytes(name) == b"caf\xe9.txt"


def test_a_repository_that_tracks_the_reserved_folder_is_refused(shop: Shop) -> None:
    add(shop, {".factory/notes.txt": (FILE, b"mine\n")})
    before = shop.main()
    refused(shop.run("run"), 2, ".factory", "reserved")
    assert shop.main() == before
    assert shop.git("status", "--porcelain") == ""


def test_a_stamp_that_a_rebase_took_apart_is_called_so_and_the_way_back_works(
    shop: Shop, at: At, tmp_path: Path
) -> None:
    """`git pull --rebase`, after somebody else's commit: it is no folder of a person's that could be renamed."""
    clone = _clone(shop, at, tmp_path)
    shop.commit({"note.txt": "somebody else's\n"})
    clone.git("config", "pull.rebase", "true")
    assert "set    branch.main.rebase = false" in clone.run("init", "--no-key").out
    assert clone.git("config", "branch.main.rebase") == "false\n"
    assert "kept   branch.main.rebase" in clone.run("init", "--no-key").out
    clone.git("clean", "-q", "-f", "-d")
    assert clone.run("run").code == 0
    clone.git("config", "--unset", "branch.main.rebase")
    pull = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always", "pull", "-q")
    clone.git(*pull, "origin", "main", GIT_ALLOW_PROTOCOL="file")
    for command in ("run", "status"):
        refused(clone.run(command), 2, ".factory: ", "git reset --hard ORIG_HEAD && git pull --no-rebase")
    clone.git("reset", "-q", "--hard", "ORIG_HEAD")
    clone.git(*pull, "--no-rebase", "origin", "main", GIT_ALLOW_PROTOCOL="file")
    assert clone.run("verify").code == 0
    assert clone.run("status", "--json").json["counts"]["DONE"] == 1


# --- how the repository is set up ------------------------------------------------------------------------


def test_no_identity_is_needed(shop: Shop) -> None:
    """The tests' home has no git configuration at all."""
    code, _, _ = Repo(shop.path).ask("config", "user.email")
    assert code != 0
    stamped(shop)
    assert shop.git("log", "-1", "--format=%an <%ae>").strip() == "stampmill <factory@stampmill.invalid>"


def test_a_persons_identity_is_not_taken_for_the_factorys(shop: Shop) -> None:
    shop.git("config", "user.name", "A Person")
    shop.git("config", "user.email", "a@example.com")
    stamped(shop)
    assert shop.git("log", "-1", "--format=%ae").strip() == "factory@stampmill.invalid"


HOOKS = ("pre-commit", "commit-msg", "reference-transaction", "post-checkout", "post-index-change", "post-merge")


def test_hooks_neither_run_nor_hinder(shop: Shop, tmp_path: Path) -> None:
    mark = tmp_path / "hook-ran"
    folder = shop.path / ".git/hooks"
    folder.mkdir(exist_ok=True)
    for name in HOOKS:
        (folder / name).write_text(f"#!/bin/sh\necho {name} >> {mark}\nexit 1\n")
        (folder / name).chmod(0o755)
    stamped(shop)
    assert not mark.exists()


def test_signing_and_other_habits_of_a_person_do_not_hinder(shop: Shop) -> None:
    for key, value in (
        ("commit.gpgSign", "true"), ("core.fsmonitor", "/bin/false"), ("merge.ff", "only"),
        ("core.editor", "/bin/false"), ("diff.noprefix", "true"), ("diff.renames", "copies"),
        ("log.showSignature", "true"), ("core.quotePath", "true"),
    ):  # fmt: skip
        shop.git("config", key, value)
    stamped(shop)


def test_a_detached_head_stays_where_it_is(shop: Shop) -> None:
    at = shop.main()
    shop.git("checkout", "-q", "--detach", "main")
    stamped(shop)
    assert shop.git("rev-parse", "HEAD").strip() == at
    assert not (shop.path / "D-1.txt").exists()


def test_another_branch_that_is_checked_out_stays_as_it_is(shop: Shop) -> None:
    shop.git("checkout", "-q", "-b", "feature")
    (shop.path / "tools/worker.sh").write_text("a person's work\n")
    stamped(shop, status=" M tools/worker.sh\n")
    assert not (shop.path / "D-1.txt").exists()


def test_a_linked_worktree_that_holds_main_follows(shop: Shop, tmp_path: Path) -> None:
    shop.git("checkout", "-q", "-b", "feature")
    shop.git("worktree", "add", "-q", str(tmp_path / "linked"), "main")
    stamped(shop)
    linked = Shop(tmp_path / "linked", shop.run)
    assert (linked.path / "D-1.txt").read_text() == "right\n"
    assert linked.git("status", "--porcelain") == ""


def test_the_command_works_from_a_linked_worktree(shop: Shop, at: At, tmp_path: Path) -> None:
    shop.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    linked = at(tmp_path / "linked")
    stamped(linked)
    assert (shop.path / "D-1.txt").read_text() == "right\n"
    assert shop.git("status", "--porcelain") == ""


def test_a_worktree_whose_folder_is_gone_hinders_nobody(shop: Shop, tmp_path: Path) -> None:
    shop.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    shutil.rmtree(tmp_path / "linked")
    stamped(shop)


def test_a_shallow_clone_stamps_and_says_what_it_cannot_see(shop: Shop, at: At, tmp_path: Path) -> None:
    shop.commit({"note.txt": "later\n"})
    clone = _clone(shop, at, tmp_path, "--depth=1")
    stamped(clone)
    said = "not checked, at a shallow clone's edge: 1 commit"
    assert said in clone.run("verify").out
    told = {one["kind"]: one for one in clone.run("verify", "--json").json["told"]}
    assert (told["shallow"]["what"], told["shallow"]["count"], len(told["shallow"]["names"])) == (said, 1, 1)


PATHS = (
    b"with space",
    b'quote\'s "two"',
    b"line\nbreak",
    "한글".encode(),
    b"caf\xe9",
    b"back\\slash",
    b"-x",
    b":(top)x",
    b"$HOME and ~",
)


@pytest.mark.parametrize("name", PATHS, ids=ascii)
def test_a_repository_may_lie_anywhere(at: At, tmp_path: Path, name: bytes) -> None:
    place = tmp_path / name.decode("utf-8", "surrogateescape")
    build(place, "D-1 A ticket")
    shop = at(place)
    stamped(shop)
    assert (place / "D-1.txt").read_text() == "right\n"
    (place / "D_ROADMAP.md").write_text(shop.read("D_ROADMAP.md").replace("DONE", "PLANNED"))
    assert shop.run("dry").code == 0
    assert shop.run("report").code == 0


def _clone(shop: Shop, at: At, tmp_path: Path, *options: str) -> Shop:
    with Repo(shop.path) as repo:
        repo.call(
            "clone", "-q", "--no-local", *options, f"file://{shop.path}", str(tmp_path / "clone"),
            cwd=tmp_path, GIT_ALLOW_PROTOCOL="file",
        )  # fmt: skip
    return at(tmp_path / "clone")


def test_a_shallow_clone_of_a_stamped_main_is_not_called_false(shop: Shop, at: At, tmp_path: Path) -> None:
    assert shop.run("run").code == 0
    shop.commit({"note.txt": "later\n"})
    for depth in (1, 2, 3):
        clone = _clone(shop, at, tmp_path, f"--depth={depth}", "--single-branch")
        assert clone.run("verify").code == 0, depth
        shutil.rmtree(clone.path)


def test_a_bare_repository_stamps(shop: Shop, at: At, tmp_path: Path) -> None:
    bare = _clone(shop, at, tmp_path, "--bare")
    done = bare.run("run")
    assert (done.code, done.err) == (0, "")
    with Repo(bare.path) as repo:
        assert repo.store.commit(MAIN).subject == "stamp(D-1): A ticket"
    assert bare.run("verify").code == 0
    assert bare.run("status").code == 0


def test_a_sha256_repository_stamps(at: At, tmp_path: Path) -> None:
    build(tmp_path / "shop", "D-1 A ticket", algorithm="sha256")
    shop = at(tmp_path / "shop")
    stamped(shop)
    assert len(shop.main()) == 64


def test_a_main_of_another_name_is_stamped_where_the_settings_name_it(make: Make) -> None:
    shop = make("D-1 A ticket", settings='[factory]\nmain = "trunk"\n' + SETTINGS)
    shop.git("branch", "-q", "-m", "main", "trunk")
    stamped(shop, ref="trunk")
    assert (shop.path / "D-1.txt").exists()


def test_a_main_of_another_name_that_no_settings_name_is_one_line(shop: Shop) -> None:
    shop.git("branch", "-q", "-m", "main", "trunk")
    for command in ("run", "status", "verify", "dry"):
        refused(shop.run(command), 2, "no branch main", "[factory] main")


def test_an_unborn_branch_is_one_line(at: At, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    Repo.create(tmp_path / "new")
    for command in ("run", "status", "verify", "dry", "gate"):
        refused(at(tmp_path / "new").run(command), 2, "no branch main")
    assert at(tmp_path / "new").run("guard").code == 0  # a hook judges the first commit, too


def test_packed_refs_and_objects_are_as_good_as_loose_ones(shop: Shop) -> None:
    shop.git("gc", "-q", "--prune=now")
    shop.git("pack-refs", "--all", "--prune")
    stamped(shop)
    shop.git("gc", "-q", "--prune=now")
    assert shop.run("verify").code == 0
    assert shop.run("status", "--json").json["counts"]["DONE"] == 1


def test_a_git_directory_that_lies_elsewhere_works(shop: Shop, tmp_path: Path) -> None:
    (shop.path / ".git").rename(tmp_path / "elsewhere.git")
    (shop.path / ".git").write_text(f"gitdir: {tmp_path / 'elsewhere.git'}\n")
    shop.git("config", "core.worktree", str(shop.path))
    stamped(shop)


def test_a_branch_whose_name_is_in_the_way_of_the_factorys_is_one_line(shop: Shop) -> None:
    shop.git("branch", "factory", "main")
    refused(shop.run("run"), 2, "branch factory")


# --- a person's uncommitted work -------------------------------------------------------------------------


def test_uncommitted_work_that_is_not_in_the_way_stays(shop: Shop) -> None:
    (shop.path / "tools/worker.sh").write_text("changed\n")
    (shop.path / "new.txt").write_text("new\n")
    (shop.path / "staged.txt").write_text("staged\n")
    shop.git("add", "staged.txt")
    stamped(shop, status="A  staged.txt\n M tools/worker.sh\n?? new.txt\n")
    assert (shop.path / "tools/worker.sh").read_text() == "changed\n"
    assert (shop.path / "D-1.txt").read_text() == "right\n"


def test_a_clone_without_its_blobs_is_refused_with_one_line(shop: Shop, at: At, tmp_path: Path) -> None:
    """The factory fetches nothing by itself: what is not here cannot be judged."""
    shop.git("config", "uploadpack.allowFilter", "true")
    clone = _clone(shop, at, tmp_path, "--bare", "--filter=blob:none")
    refused(clone.run("run"), 4, "partial clone")
