"""What a job sees of the host under bubblewrap: an allow-list, as arguments. Pure but for looking at what exists."""

from __future__ import annotations

import os
from pathlib import Path

from factory.sandbox.sandbox import SANDBOX_UID, Job, in_system, python_paths

HOME, SCRATCH, SOCKET = "/home/worker", "/tmp", "/run/factory.sock"
MERGED = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")  # links into /usr on most systems
CONFIGURATION = (
    *("/etc/ssl", "/etc/ca-certificates", "/etc/pki", "/etc/alternatives", "/etc/localtime"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/mime.types", "/etc/protocols", "/etc/services"),
)
STORES = ("/nix/store", "/gnu/store")  # where such systems keep what /usr holds elsewhere
NETWORK = ("/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf")
PASSWD = "root:x:0:0:root:/:/bin/false\nworker:x:{id}:{id}:worker:/home/worker:/bin/sh\n"
GROUP = "root:x:0:\nworker:x:{id}:\n"
HOSTS = "127.0.0.1 localhost\n::1 localhost\n"
MB = 1 << 20


def system() -> list[str]:
    """The operating system, read-only."""
    out = ["--ro-bind", "/usr", "/usr"]
    for name in MERGED:
        at = Path(name)
        if at.is_symlink():
            out += ["--symlink", os.readlink(at), name]
        elif at.is_dir():
            out += ["--ro-bind", name, name]
    for name in (*CONFIGURATION, *STORES):
        out += ["--ro-bind-try", name, name]
    return out


def parents(path: str, made: set[str]) -> list[str]:
    """The folders above a mount point: those that bubblewrap makes itself cannot be entered by another uid."""
    out: list[str] = []
    for folder in reversed(Path(path).parents):
        if str(folder) not in made and not in_system(folder):
            made.add(str(folder))
            out += ["--perms", "0755", "--dir", str(folder)]
    return out


def own(job: Job, made: set[str]) -> list[str]:
    """The job's room and what else it was given."""
    out: list[str] = []
    reads = [*job.read, *(python_paths(job.python) if job.python else ())]
    binds = [("--ro-bind", str(path), str(path)) for path in dict.fromkeys(reads)]
    binds += [("--ro-bind-try", str(path), str(path)) for path in job.tools.read]
    binds += [("--bind", str(job.room), job.at)]
    binds += [("--ro-bind", str(host), at) for at, host in job.files.items()]
    binds += [("--bind", str(host), at) for at, host in job.write.items()]
    if job.socket:
        binds += [("--ro-bind", str(job.socket), SOCKET)]
    for how, source, target in binds:
        out += [*parents(target, made), how, source, target]
    for path in job.hide:
        out += ["--perms", "0755", "--tmpfs", str(path), "--remount-ro", str(path)]
    return out


def scratch(job: Job) -> list[str]:
    """Private places to write: each a tmpfs of bounded size, and nothing else."""
    size, world = job.limits.scratch_mb * MB, ["--perms", "1777"]
    out = [
        "--proc",
        "/proc",
        "--dev",
        "/dev",
        *world,
        "--size",
        str(size // 4),
        "--tmpfs",
        "/dev/shm",
        "--remount-ro",
        "/dev",
    ]
    out += [*world, "--size", str(size), "--tmpfs", SCRATCH]
    return [*out, "--perms", "0755", "--dir", "/home", *world, "--size", str(size // 2), "--tmpfs", HOME]


def texts(root: bool, network: str) -> dict[str, str]:
    """Small files of /etc that programs expect, made up."""
    user = SANDBOX_UID if root else os.getuid()
    out = {"/etc/passwd": PASSWD.format(id=user), "/etc/group": GROUP.format(id=user)}
    return out if network == "full" else {**out, "/etc/hosts": HOSTS}


def network(job: Job) -> list[str]:
    if job.network == "none":
        return ["--unshare-net"]
    return [part for name in (*NETWORK, "/etc/hosts") for part in ("--ro-bind-try", name, name)]
