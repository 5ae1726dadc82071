"""Signs the factory's commits on main with an SSH key of its own."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from factory.errors import CannotCheck, CouldNotRun, NoSigner
from factory.git import objects
from factory.git.objects import Commit
from factory.sandbox import process

PRINCIPAL = "factory@stampmill.invalid"
ALLOWED = "ssot/allowed_signers"
NAMESPACE = "git"
SECONDS = 20.0
PROGRAM = "ssh-keygen"
LACKING = f"there is no {PROGRAM} on the PATH; install it (Debian: the package openssh-client)"


class Signer:
    """Signs with a private key file, or, without one, leaves a commit as it is."""

    def __init__(self, key: Path | None) -> None:
        self.key = key

    def sign(self, commit: Commit) -> Commit:
        """The commit with its signature, made over exactly the bytes that git checks."""
        if self.key is None:
            return commit
        done = process.run(
            [PROGRAM, "-Y", "sign", "-n", NAMESPACE, "-q", "-f", str(self.key)],
            env=_env(),
            timeout=SECONDS,
            pipes=process.Pipes(stdin=objects.format_commit(commit)),
        )
        if done.code:
            must_be_listed()
            raise CouldNotRun(
                f"ssh-keygen could not sign with {self.key}: {done.stderr.decode(errors='replace').strip()}"
            )
        return commit._replace(signature=done.stdout.decode())


def has_program() -> bool:
    return shutil.which(PROGRAM, path=_env()["PATH"]) is not None


def must_have_program() -> None:
    """CouldNotRun where nothing here can make or check a signature."""
    if not has_program():
        raise CouldNotRun(f"stamps are signed here, and {LACKING}")


def names_signers(allowed: bytes) -> bool:
    return any(line.strip() and not line.startswith(b"#") for line in allowed.splitlines())


def is_named(key: Path, allowed: bytes) -> bool:
    """Whether an allowed-signers file holds the public half of a private key that lies here."""
    try:
        kind, public = allowed_line(key).split()[2:4]
    except (OSError, ValueError):
        return False
    return key.exists() and any(
        f"{kind} {public}".encode() in line for line in allowed.splitlines() if not line.startswith(b"#")
    )


def must_be_able(signer: Signer, allowed: bytes, expected: Path) -> None:
    """NoSigner where main names who may sign and this factory cannot: its stamps would be worth nothing."""
    if not names_signers(allowed):
        return
    if signer.key is None:
        raise NoSigner(
            f"it names who signs the stamps, and there is no key at {expected}",
            path=ALLOWED,
            remedy="put the key back there, or `factory init` makes a new one; commit what it adds",
        )
    must_have_program()
    if not is_named(signer.key, allowed):
        raise NoSigner(
            f"the key {signer.key} is none of those that it names",
            path=ALLOWED,
            remedy="`factory init` adds its public half; commit that",
        )


def make_key(path: Path) -> str:
    """Make a key pair without a passphrase; returns the line for `ssot/allowed_signers`."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    done = process.run(
        [PROGRAM, "-q", "-t", "ed25519", "-N", "", "-C", PRINCIPAL, "-f", str(path)], env=_env(), timeout=SECONDS
    )
    if done.code:
        must_be_listed()
        raise CouldNotRun(f"ssh-keygen made no key at {path}: {done.stderr.decode(errors='replace').strip()}")
    return allowed_line(path)


def allowed_line(path: Path) -> str:
    kind, key, *_ = path.with_name(path.name + ".pub").read_text().split()
    return f'{PRINCIPAL} namespaces="{NAMESPACE}" {kind} {key}\n'


def check(commit: Commit, allowed: Path) -> bool:
    """Whether a commit carries a good signature of a key in the allowed-signers file."""
    if not commit.signature:
        return False
    must_have_program()
    unsigned = objects.format_commit(commit._replace(signature=""))
    sig = allowed.with_name("commit.sig")
    sig.write_text(commit.signature + "\n")
    argv = [PROGRAM, "-Y", "verify", "-f", str(allowed), "-I", PRINCIPAL, "-n", NAMESPACE, "-s", str(sig)]
    good = process.run(argv, env=_env(), timeout=SECONDS, pipes=process.Pipes(stdin=unsigned)).code == 0
    if not good:
        must_be_listed()
    return good


def must_be_listed() -> None:
    """CannotCheck where ssh-keygen refused the user and judged nothing: it works for no number without a name."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        raise CannotCheck(
            f"ssh-keygen works for no user that the system does not list, and uid {os.getuid()} has no name here; add "
            "it to /etc/passwd, or run as a user that is listed"
        ) from None


def _env() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
