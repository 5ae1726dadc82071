"""Signs the factory's commits on main with an SSH key of its own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from factory import objects, process
from factory.errors import CouldNotRun
from factory.objects import Commit
from factory.repo import Repo

PRINCIPAL = "factory@stampmill.invalid"
ALLOWED = "ssot/allowed_signers"
NAMESPACE = "git"
SECONDS = 20.0


class Signer:
    """Signs with a private key file, or, without one, leaves a commit as it is."""

    def __init__(self, key: Path | None) -> None:
        self.key = key

    def sign(self, commit: Commit) -> Commit:
        """The commit with its signature, made over exactly the bytes that git checks."""
        if self.key is None:
            return commit
        done = process.run(
            ["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-q", "-f", str(self.key)],
            env=_env(), timeout=SECONDS, stdin=objects.format_commit(commit),
        )  # fmt: skip
        if done.code:
            raise CouldNotRun(
                f"ssh-keygen could not sign with {self.key}: {done.stderr.decode(errors='replace').strip()}"
            )
        return commit._replace(signature=done.stdout.decode())


def make_key(path: Path) -> str:
    """Make a key pair without a passphrase; returns the line for `ssot/allowed_signers`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = process.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", PRINCIPAL, "-f", str(path)], env=_env(), timeout=SECONDS
    )
    if done.code:
        raise CouldNotRun(f"ssh-keygen made no key at {path}: {done.stderr.decode(errors='replace').strip()}")
    return allowed_line(path)


def allowed_line(path: Path) -> str:
    kind, key, *_ = path.with_name(path.name + ".pub").read_text().split()
    return f'{PRINCIPAL} namespaces="{NAMESPACE}" {kind} {key}\n'


def check(commit: Commit, allowed: Path) -> bool:
    """Whether a commit carries a good signature of a key in the allowed-signers file."""
    if not commit.signature:
        return False
    unsigned = objects.format_commit(commit._replace(signature=""))
    sig = allowed.with_name("commit.sig")
    sig.write_text(commit.signature + "\n")
    argv = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(sig)]
    return process.run(argv, env=_env(), timeout=SECONDS, stdin=unsigned).code == 0


def _env() -> dict[str, str]:
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


def faults(repo: Repo, commit: Commit) -> Iterator[str]:
    """Where main allows signers, a stamp carries one's signature. The list is main's, from before the stamp."""
    if not commit.parents:
        return
    store = repo.store
    allowed = store.file(store.tree_of(commit.parents[0]), ALLOWED)
    if allowed is None or not any(line.strip() and not line.startswith(b"#") for line in allowed.splitlines()):
        return
    if not commit.signature:
        yield f"it is not signed, and {ALLOWED} names who may sign"
        return
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder) / "allowed_signers"
        at.write_bytes(allowed)
        if not check(commit, at):
            yield f"its signature is not one of {ALLOWED}"
