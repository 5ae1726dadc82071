"""No sandbox: the command runs as the controller's own user. Only where the settings say so in as many words."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from factory.sandbox.process import Finished, Pipes, run, tied
from factory.sandbox.sandbox import Job, environment


@dataclass(frozen=True)
class Unboxed:
    kind: str = "none"

    @classmethod
    def probed(cls) -> Unboxed:
        return cls()

    def inside(self, job: Job, host: Path) -> str:
        """The host path itself: nothing is bound anywhere else."""
        return str(host)

    def run(self, job: Job) -> Finished:
        """Runs the job in its room, with a home and a TMPDIR that are removed afterwards."""
        with (
            tied() as tether,
            tempfile.TemporaryDirectory(prefix="factory-home-", ignore_cleanup_errors=True) as home,
        ):
            scratch = Path(home, "tmp")
            scratch.mkdir()
            argv, env = (*tether.enter, *job.argv), environment(job, home, str(scratch))
            pipes = Pipes(pass_fds=(tether.descriptor, *job.pass_fds), hear=job.hear)
            return run(argv, env=env, timeout=job.timeout, cwd=job.room, stop=job.stop, pipes=pipes)
