"""A sandbox made by a container engine: docker or podman. The same job, as arguments of `run`."""

from __future__ import annotations

import itertools
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from factory.errors import CouldNotRun
from factory.sandbox.process import Finished, Pipes, run
from factory.sandbox.sandbox import SANDBOX_UID, SYSTEM_PATH, Job, environment, python_paths, shown

HOME, SCRATCH, SOCKET = "/home/worker", "/tmp", "/run/factory.sock"
IMAGE = "docker.io/library/python:3.13-slim"
ENGINE_FAILED = 125  # what `run` ends with when the engine, and not the command, failed
_numbers = itertools.count()


@dataclass(frozen=True)
class Container:
    kind: str
    program: str
    image: str = IMAGE

    @classmethod
    def docker(cls, image: str = "") -> Container:
        return cls._probed("docker", image)

    @classmethod
    def podman(cls, image: str = "") -> Container:
        return cls._probed("podman", image)

    @classmethod
    def _probed(cls, kind: str, image: str) -> Container:
        """The engine, after it was asked for the image. CouldNotRun with the reason and a remedy where it has none."""
        program = shutil.which(kind)
        if program is None:
            raise CouldNotRun(f"{kind} is not installed; install it, or use another [sandbox] kind")
        made = cls(kind, program, image or IMAGE)
        asked = run((program, "image", "inspect", made.image), env=_client(), timeout=30.0)
        if asked.code != 0:
            reason = asked.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            raise CouldNotRun(f"{kind} has no image {made.image} ({reason[-1]}); `{kind} pull {made.image}`")
        return made

    def inside(self, job: Job, host: Path) -> str:
        return shown(job, host, SOCKET)

    def argv(self, job: Job, name: str) -> list[str]:
        """The engine's arguments for a job, as a value."""
        limits = job.limits
        out = [self.program, "run", "--rm", "--init", "--name", name, "--label", f"stampmill={os.getpid()}"]
        out += ["--network", "bridge" if job.network == "full" else "none", "--read-only", "--cap-drop", "ALL"]
        out += ["--security-opt", "no-new-privileges", "--pull", "never", "--hostname", "room", "--workdir", job.at]
        out += [*self._user(), "--memory", f"{limits.memory_mb}m", "--pids-limit", str(limits.processes)]
        out += [
            "--ulimit",
            f"nofile={limits.open_files}",
            "--ulimit",
            "core=0",
            "--ulimit",
            f"fsize={limits.file_mb << 20}",
        ]
        for at, size in ((SCRATCH, limits.scratch_mb), (HOME, limits.scratch_mb // 2)):
            out += ["--tmpfs", f"{at}:rw,exec,nosuid,nodev,mode=1777,size={size}m"]
        for source, target, how in self._mounts(job):
            out += ["--mount", f"type=bind,source={source},target={target}" + (",readonly" if how == "ro" else "")]
        for path in job.hide:
            out += ["--mount", f"type=tmpfs,target={path},tmpfs-mode=0555,tmpfs-size=4096"]
        for key, value in environment(job, HOME, SCRATCH).items():
            out += ["--env", f"{key}={value}"]
        return [*out, "--entrypoint", job.argv[0], self.image, *job.argv[1:]]

    def _user(self) -> list[str]:
        if os.getuid() == 0:
            return ["--user", f"{SANDBOX_UID}:{SANDBOX_UID}"]
        keep = ["--userns", "keep-id"] if self.kind == "podman" else []
        return [*keep, "--user", f"{os.getuid()}:{os.getgid()}"]

    def _mounts(self, job: Job) -> list[tuple[str, str, str]]:
        reads = (*job.read, *(python_paths(job.python) if job.python else ()))
        out = [(str(job.room), job.at, "rw")]
        out += [(str(path), str(path), "ro") for path in dict.fromkeys(reads)]
        out += [(str(host), at, "ro") for at, host in job.files.items()]
        out += [(str(host), at, "rw") for at, host in job.write.items()]
        return out + ([(str(job.socket), SOCKET, "ro")] if job.socket else [])

    def run(self, job: Job) -> Finished:
        """Runs the job, and removes the container however the client ended. CouldNotRun where the engine failed."""
        if job.pass_fds:
            raise CouldNotRun(f"{self.kind} hands no descriptors to a job; give it a folder to write or a socket")
        name = f"stampmill-{os.getpid()}-{next(_numbers)}"
        try:
            pipes = Pipes(hear=job.hear)
            finished = run(self.argv(job, name), env=_client(), timeout=job.timeout, stop=job.stop, pipes=pipes)
        finally:
            run((self.program, "rm", "--force", name), env=_client(), timeout=30.0)
        if finished.code == ENGINE_FAILED:
            raise CouldNotRun(f"{self.kind}: {finished.stderr.decode('utf-8', 'replace').strip()}")
        return finished


def _client() -> dict[str, str]:
    """The engine's client is ours, not the job's: it may know where its server is, and nothing else."""
    told = ("DOCKER_HOST", "CONTAINER_HOST", "XDG_RUNTIME_DIR", "HOME")
    return {"PATH": SYSTEM_PATH, **{name: os.environ[name] for name in told if name in os.environ}}
