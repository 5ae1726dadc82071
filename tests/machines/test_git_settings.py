"""A person's git settings and variables change nothing: the same stamp, the same verdicts, and nobody is asked."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from factory.git.repo import Repo
from tests.git.conftest import put
from tests.line.conftest import Shop, build

Make = Callable[..., Shop]
At = Callable[[Path], Shop]

SETTINGS = (
    ("commit.gpgSign", "true"), ("tag.gpgSign", "true"), ("tag.forceSignAnnotated", "true"), ("push.gpgSign", "true"),
    ("gpg.program", "{mark}"), ("gpg.ssh.program", "{mark}"), ("gpg.format", "ssh"), ("user.signingKey", "/nowhere"),
    ("core.fsmonitor", "{mark}"), ("core.hooksPath", "{hooks}"), ("core.editor", "{mark}"),
    ("sequence.editor", "{mark}"), ("core.pager", "{mark}"), ("pager.log", "true"), ("pager.diff", "true"),
    ("core.askPass", "{mark}"), ("credential.helper", "{mark}"), ("core.sshCommand", "{mark}"),
    ("diff.external", "{mark}"), ("diff.tool", "none"), ("interactive.diffFilter", "{mark}"),
    ("init.defaultBranch", "trunk"), ("init.templateDir", "{hooks}"), ("push.default", "nothing"),
    ("merge.ff", "only"), ("pull.rebase", "true"), ("commit.template", "/nowhere/template"),
    ("commit.cleanup", "verbatim"), ("commit.verbose", "true"), ("merge.conflictStyle", "diff3"),
    ("merge.renames", "false"), ("merge.directoryRenames", "true"), ("merge.log", "true"),
    ("color.ui", "always"), ("color.status", "always"), ("color.diff", "always"), ("column.ui", "always"),
    ("log.showSignature", "true"), ("log.decorate", "full"), ("log.mailmap", "true"), ("log.follow", "true"),
    ("log.date", "relative"), ("log.showRoot", "false"), ("log.abbrevCommit", "true"), ("log.diffMerges", "remerge"),
    ("log.excludeDecoration", "refs/*"), ("format.pretty", "oneline"), ("format.signOff", "true"),
    ("status.showUntrackedFiles", "no"), ("status.short", "true"), ("status.branch", "true"),
    ("status.relativePaths", "true"), ("status.showStash", "true"), ("status.renames", "copies"),
    ("core.quotePath", "false"), ("core.abbrev", "4"), ("core.ignoreCase", "true"), ("core.precomposeUnicode", "true"),
    ("core.preloadIndex", "false"), ("core.untrackedCache", "true"), ("core.splitIndex", "true"),
    ("core.logAllRefUpdates", "always"), ("core.commentChar", ";"), ("core.whitespace", "cr-at-eol"),
    ("core.symlinks", "true"), ("core.fileMode", "true"), ("core.trustctime", "false"), ("core.bigFileThreshold", "1"),
    ("core.compression", "9"), ("core.excludesFile", "{ignore}"), ("core.attributesFile", "{attributes}"),
    ("core.warnAmbiguousRefs", "false"), ("core.multiPackIndex", "false"), ("core.commitGraph", "false"),
    ("core.protectNTFS", "true"), ("core.protectHFS", "true"), ("core.safecrlf", "true"), ("apply.whitespace", "error"),
    ("fetch.prune", "true"), ("fetch.fsckObjects", "true"), ("transfer.fsckObjects", "true"),
    ("receive.fsckObjects", "true"), ("receive.denyCurrentBranch", "refuse"), ("transfer.hideRefs", "refs/factory"),
    ("uploadpack.hideRefs", "refs/heads"), ("url.https://elsewhere.invalid/.insteadOf", "/"),
    ("i18n.commitEncoding", "EUC-KR"), ("i18n.logOutputEncoding", "EUC-KR"), ("gui.encoding", "EUC-KR"),
    ("diff.noprefix", "true"), ("diff.mnemonicPrefix", "true"), ("diff.renames", "copies"), ("diff.wordRegex", "."),
    ("diff.orderFile", "/nowhere/order"), ("diff.ignoreSubmodules", "all"), ("diff.submodule", "log"),
    ("diff.algorithm", "histogram"), ("diff.colorMoved", "zebra"), ("diff.relative", "true"),
    ("grep.patternType", "perl"), ("grep.lineNumber", "true"), ("submodule.recurse", "true"),
    ("index.version", "4"), ("index.sparse", "true"), ("feature.manyFiles", "true"), ("feature.experimental", "true"),
    ("index.skipHash", "false"),  # git 2.55 itself loses every file of a split index that manyFiles writes without it
    ("pack.writeReverseIndex", "true"), ("gc.auto", "1"), ("gc.autoDetach", "false"), ("maintenance.auto", "true"),
    ("rerere.enabled", "true"), ("rerere.autoUpdate", "true"), ("stash.showPatch", "true"),
    ("branch.autoSetupRebase", "always"), ("branch.autoSetupMerge", "always"), ("checkout.defaultRemote", "none"),
    ("advice.detachedHead", "true"), ("advice.statusHints", "true"), ("advice.objectNameWarning", "false"),
    ("help.autoCorrect", "immediate"), ("versionsort.suffix", "-"), ("blame.ignoreRevsFile", "/nowhere/revs"),
    ("notes.displayRef", "*"), ("trace2.eventTarget", "{trace}"), ("user.useConfigOnly", "true"),
    ("safe.bareRepository", "explicit"), ("protocol.allow", "always"), ("worktree.guessRemote", "true"),
    *((f"alias.{name}", "!{mark}") for name in (
        "log", "status", "rev-parse", "merge-tree", "cat-file", "read-tree", "ls-files", "factory", "update-ref",
    )),
)  # fmt: skip
LOCAL_ONLY_BREAKS = frozenset(
    {"core.symlinks", "core.ignoreCase", "core.precomposeUnicode"}
)  # what git finds by itself


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """Programs that only leave a mark and fail, hooks that do, and files of settings."""
    mark, hooks = tmp_path / "mark", tmp_path / "hooks"
    hooks.mkdir()
    script = f"#!/bin/sh\necho \"$0 $*\" >> '{tmp_path}/started'\nexit 1\n"
    names = ("pre-commit", "commit-msg", "reference-transaction", "post-checkout", "post-index-change", "post-merge",
             "pre-push", "update", "prepare-commit-msg", "pre-auto-gc", "fsmonitor-watchman")  # fmt: skip
    for at in (mark, *(hooks / name for name in names)):
        at.write_text(script)
        at.chmod(at.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "ignore").write_text("*.txt\n")
    (tmp_path / "attributes").write_text("*.md text eol=crlf\n*.txt ident diff=odd\n")
    return {"mark": str(mark), "hooks": str(hooks), "ignore": str(tmp_path / "ignore"),
            "attributes": str(tmp_path / "attributes"), "trace": str(tmp_path / "trace")}  # fmt: skip


def write(path: Path, settings: Iterable[tuple[str, str]], machine: dict[str, str]) -> None:
    with path.open("a") as file:
        for key, value in settings:
            section, _, name = key.rpartition(".")
            part, dot, rest = section.partition(".")
            head = f'[{part} "{rest}"]' if dot else f"[{part}]"
            file.write(f'{head}\n\t{name} = "{value.format(**machine)}"\n')


def stamped(shop: Shop, tmp_path: Path) -> tuple[str, ...]:
    """A run to a stamp, and what every kind of command says; the stamp's tree and message."""
    done = shop.run("run")
    assert (done.code, done.err) == (0, ""), done
    for command in ("verify", "gate", "guard", "guard --staged", "status", "report", "log D-1", "kpi", "dry"):
        done = shop.run(*command.split())
        assert (done.code, done.err) == (0, ""), (command, done)
    assert not (tmp_path / "started").exists(), (tmp_path / "started").read_text()
    assert (shop.path / "한글 D-1.txt").read_text() == "right\n"
    with Repo(shop.path) as repo:
        commit = repo.store.commit("refs/heads/main")
        own = ("Factory-Run", "Factory-Result", "Factory-Gate-Tree")  # another at each run
        kept = [line for line in commit.message.splitlines() if not line.startswith(own)]
        return ("".join(blobs(repo, commit.tree)), *kept)


def blobs(repo: Repo, tree: str) -> list[str]:
    """The tree's files; the row that names the work's id is another at each run."""
    return [f"{path} {entry.oid}\n" for path, entry in sorted(repo.store.flat(tree).items()) if path != "AC_LEDGER.md"]


KINDS = {
    "worker": 'echo right > "한글 $FACTORY_TICKET.txt"\necho more >> "old name.txt"\n',
    "ledger": "| AC | ticket | criterion | check | status | work |\n|---|---|---|---|---|---|\n"
    "| AC-1 | D-1 | 맞다 | `grep -q right '한글 D-1.txt'` | OPEN |  |\n",
    "files": {"old name.txt": "old\n", "crlf.txt": "a\r\nb\r\n"},
}
ROW = "D-1 날짜를 읽는다"


@pytest.fixture
def usual(tmp_path: Path, at: At) -> tuple[str, ...]:
    """What a machine without any settings makes."""
    build(tmp_path / "usual", ROW, **KINDS)  # type: ignore[arg-type]
    return stamped(at(tmp_path / "usual"), tmp_path)


@pytest.mark.parametrize("where", ["global", "local"])
def test_a_persons_git_settings_change_nothing(
    make: Make, usual: tuple[str, ...], machine: dict[str, str], tmp_path: Path, where: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    shop = make(ROW, **KINDS)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    at = tmp_path / "gitconfig" if where == "global" else shop.path / ".git/config"
    skipped = LOCAL_ONLY_BREAKS if where == "local" else ()
    write(at, [one for one in SETTINGS if one[0] not in skipped], machine)
    assert stamped(shop, tmp_path) == usual


def test_line_endings_of_a_person_change_the_checkout_alone(
    make: Make, usual: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make(ROW, **KINDS)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    write(tmp_path / "gitconfig", [("core.autocrlf", "true")], {})
    assert shop.run("run").code == 0
    assert (shop.path / "한글 D-1.txt").read_bytes() == b"right\r\n"
    with Repo(shop.path) as repo:
        assert "".join(blobs(repo, repo.store.commit("refs/heads/main").tree)) == usual[0]


MERGING = (
    ("merge.renames", "false"), ("diff.renames", "false"), ("merge.directoryRenames", "false"),
    ("merge.renameLimit", "1"), ("diff.renameLimit", "1"), ("merge.renormalize", "true"), ("merge.default", "binary"),
    ("merge.conflictStyle", "zdiff3"),
)  # fmt: skip


@pytest.mark.parametrize("setting", [*MERGING, MERGING], ids=lambda one: one[0] if isinstance(one[0], str) else "all")
def test_a_merge_is_the_same_in_every_clone(tmp_path: Path, setting: tuple[Any, ...]) -> None:
    """Or `verify` would call a stamp false in one clone that is good in another."""
    lines = {f"{name}.txt": f"{name}\n" * 50 for name in ("one", "two", "three")}
    moved = {**{f"folder/{name}": text.encode() for name, text in lines.items()}, **dict.fromkeys(lines)}
    edited = {"one.txt": ("first\n" + lines["one.txt"]).encode(), "three.txt": (lines["three.txt"] + "last\n").encode()}
    (tmp_path / "repo").mkdir()
    Repo.create(tmp_path / "repo")
    with Repo(tmp_path / "repo") as repo:
        put(repo, {name: text.encode() for name, text in lines.items()}, "base")
        for side in ("ours", "theirs"):
            repo.move(f"refs/heads/{side}", repo.tip("refs/heads/main"), None)
        ours = put(repo, moved, "moved", ref="refs/heads/ours")
        theirs = put(repo, edited, "edited", ref="refs/heads/theirs")
        usual = repo.merge(ours, theirs)
        assert usual.conflicts == ()
    write(tmp_path / "repo/.git/config", [setting] if isinstance(setting[0], str) else setting, {})
    with Repo(tmp_path / "repo") as repo:
        assert repo.merge(ours, theirs) == usual


VARIABLES = {
    "GIT_DIR": "/nowhere/.git", "GIT_WORK_TREE": "/nowhere", "GIT_INDEX_FILE": "/nowhere/index",
    "GIT_OBJECT_DIRECTORY": "/nowhere/objects", "GIT_ALTERNATE_OBJECT_DIRECTORIES": "/nowhere/more",
    "GIT_COMMON_DIR": "/nowhere", "GIT_NAMESPACE": "other", "GIT_PREFIX": "sub/", "GIT_CEILING_DIRECTORIES": "/",
    "GIT_CONFIG_COUNT": "2", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "/nowhere",
    "GIT_CONFIG_KEY_1": "core.bare", "GIT_CONFIG_VALUE_1": "true", "GIT_CONFIG_KEY_40": "a.b",
    "GIT_CONFIG_PARAMETERS": "'core.fsync'='none' 'core.bare'='true' 'core.quotePath'='true'",
    "GIT_CONFIG": "/nowhere/config", "GIT_REFLOG_ACTION": "commit", "GIT_EDITOR": "false", "GIT_PAGER": "false",
    "GIT_SEQUENCE_EDITOR": "false", "GIT_EXTERNAL_DIFF": "false", "GIT_ASKPASS": "false", "GIT_SSH_COMMAND": "false",
    "GIT_LITERAL_PATHSPECS": "1", "GIT_ICASE_PATHSPECS": "1", "GIT_DEFAULT_HASH": "sha256", "GIT_QUARANTINE_PATH": "/q",
    "GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z", "GIT_TRACE": "1",
    "GIT_AUTHOR_NAME": "A", "GIT_COMMITTER_NAME": "A", "GIT_NO_REPLACE_OBJECTS": "0", "GIT_REPLACE_REF_BASE": "refs/x",
    "GIT_SHALLOW_FILE": "/nowhere/shallow", "GIT_GRAFT_FILE": "/nowhere/grafts", "GIT_ATTR_SOURCE": "HEAD",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM": "0", "GIT_FLUSH": "0", "GIT_DIFF_OPTS": "-u9", "GIT_OPTIONAL_LOCKS": "1",
}  # fmt: skip


def test_gits_variables_change_nothing(
    make: Make, usual: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hook, an alias and `git -c` set them for all that they start."""
    shop = make(ROW, **KINDS)
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    assert stamped(shop, tmp_path) == usual
    assert "GIT_DIR" not in os.environ  # or a test of a room, an editor, a program of the person's would see it


def test_a_setting_of_the_command_line_that_started_the_factory_does_not_reach_its_git(
    make: Make, tmp_path: Path, machine: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`git -c core.hooksPath=… factory-alias`: git hands it on, and it would win over the factory's own."""
    shop = make(ROW, **KINDS)
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", f"'core.hooksPath'='{machine['hooks']}'")
    stamped(shop, tmp_path)
