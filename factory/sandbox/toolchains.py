"""The toolchains of the host's PATH: what of them a job may read, so that `cargo`, `go` and `node` are found in a room.

A toolchain is known by what lies in its folders. What is not known is not shown: a folder of programs may hold
anything. Shown are programs, libraries and packages that were fetched; never a home's settings, for they hold tokens
(`~/.cargo/credentials.toml`, `~/.npmrc`, `etc/npmrc` of a node).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from factory.sandbox.sandbox import SYSTEM_PATH, Toolchains, in_system

MERGED = (Path("/bin"), Path("/sbin"))  # links into /usr, or as good as these
OFFLINE = {"CARGO_NET_OFFLINE": "true", "GOPROXY": "off"}  # what was fetched is enough, or is missing at once
SHIMS = ("bin", "libexec", "plugins", "pyenv.d", "rbenv.d", "shims", "version", "versions")


class Host(NamedTuple):
    """Where a person's things lie."""

    environ: Mapping[str, str]
    home: Path

    def folder(self, variable: str, *parts: str) -> Path:
        """What a variable names, else a place in the home."""
        return Path(self.environ.get(variable) or self.home.joinpath(*parts))


@dataclass(frozen=True)
class Toolchain:
    """What one toolchain needs: folders and files that are read at their own place, and variables."""

    read: tuple[Path, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def tools(environ: Mapping[str, str], read: Iterable[Path] = (), kind: str = "bwrap") -> Toolchains:
    """The host's PATH as a room has it, what must be readable for that, and what says where it is.

    `read`: what a job may read anyway, by the settings; programs there are found, too. A container has its image's own.
    """
    if kind not in ("bwrap", "none"):
        return Toolchains()
    host, given = Host(environ, Path(environ.get("HOME") or "/nonexistent")), tuple(read)
    path, shown, env = list[Path](), list[Path](), dict[str, str]()
    for folder in dict.fromkeys(map(Path, filter(os.path.isabs, environ.get("PATH", "").split(":")))):
        if not os.path.isdir(folder):
            continue
        chain = None if _is_system(folder) else next(filter(None, (chain(folder, host) for chain in KINDS)), None)
        if chain:
            shown += [at for at in chain.read if not _is_a_persons(at, host.home)]
            env |= chain.env
        if chain or kind == "none" or _is_system(folder) or any(folder.is_relative_to(at) for at in given):
            path.append(folder)
    modules = _go_modules(host)
    shown, env = [*shown, *modules.read], {**env, **modules.env}
    every = dict.fromkeys([*map(str, path), *SYSTEM_PATH.split(":")])
    return Toolchains(tuple(every), tuple(dict.fromkeys(shown)), env, OFFLINE)


def _is_a_persons(at: Path, home: Path) -> bool:
    """Whether a folder holds more than programs, whatever lies beside them."""
    return any(place.is_relative_to(at) for place in (home, home / ".local", home / ".config"))


def _is_system(folder: Path) -> bool:
    return in_system(folder) or folder in MERGED


def _rustup(folder: Path, host: Host) -> Toolchain | None:
    """`cargo` is a link to rustup, which starts the one of a toolchain elsewhere."""
    if os.path.basename(os.path.realpath(folder / "cargo")) != "rustup":
        return None
    cargo, chains = host.folder("CARGO_HOME", ".cargo"), host.folder("RUSTUP_HOME", ".rustup")
    cargo = cargo if os.path.isdir(cargo) else folder.parent  # it was installed for another home
    chains = chains if os.path.isdir(chains) else folder.parent.with_name(".rustup")
    parts = (chains, cargo / "registry", cargo / "git")
    env = {"RUSTUP_HOME": str(chains), "CARGO_HOME": str(cargo)}
    return Toolchain((folder, *filter(os.path.exists, parts)), env)


def _go(folder: Path, host: Host) -> Toolchain | None:
    """A Go of its own folder, or the programs that `go install` made."""
    if os.path.exists(folder / "go") and os.path.isfile(folder.parent / "VERSION"):
        return Toolchain(_both(folder.parent))
    return Toolchain((folder,)) if folder == host.folder("GOPATH", "go") / "bin" else None


def _go_modules(host: Host) -> Toolchain:
    """The modules that were fetched: whichever Go it is looks for them."""
    path = host.folder("GOPATH", "go")
    cache = host.folder("GOMODCACHE", os.path.relpath(path / "pkg/mod", host.home))
    return Toolchain((cache,), {"GOMODCACHE": str(cache)}) if os.path.isdir(cache) else Toolchain(())


def _node(folder: Path, _host: Host) -> Toolchain | None:
    """One that nvm, fnm, n and the like have put into a folder of its own."""
    if not os.path.exists(folder / "node"):
        return None
    modules = folder.resolve().parent / "lib/node_modules"  # npm; `etc` beside it may hold tokens
    return Toolchain((folder, folder.resolve(), modules)) if os.path.isdir(modules) else None


def _shims(folder: Path, _host: Host) -> Toolchain | None:
    """Scripts of pyenv, rbenv and the like, which look for the version below their root."""
    root = folder.parent
    if folder.name != "shims" or not (os.path.isdir(root / "versions") and os.path.isdir(root / "libexec")):
        return None
    return Toolchain(tuple(_parts(root, SHIMS)))


def _java(folder: Path, _host: Host) -> Toolchain | None:
    """A JDK, or what SDKMAN keeps beside it."""
    home = folder.parent
    is_jdk = os.path.exists(folder / "java") and os.path.isfile(home / "release")
    is_candidate = home.parent.parent.name == "candidates"
    return Toolchain(_both(home), {"JAVA_HOME": str(home)} if is_jdk else {}) if is_jdk or is_candidate else None


def _alone(folder: Path, _host: Host) -> Toolchain | None:
    """Programs that are one file each."""
    return Toolchain((folder,)) if folder.parent.name in (".bun", ".deno") else None


KINDS: tuple[Callable[[Path, Host], Toolchain | None], ...] = (_rustup, _go, _node, _shims, _java, _alone)


def _parts(root: Path, names: Iterable[str]) -> Iterator[Path]:
    return (root / name for name in names if os.path.exists(root / name))


def _both(root: Path) -> tuple[Path, ...]:
    """A folder as it is called, and where it is."""
    return tuple(dict.fromkeys((root, root.resolve())))
