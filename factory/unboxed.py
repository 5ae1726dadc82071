"""No sandbox: the command runs as the controller's own user. Only where the settings say so in as many words."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from factory.process import Finished, run
from factory.sandbox import Job, environment

# A watcher in the command's own group: when the controller dies its end of the pipe closes, and the group is killed.
TETHER = '(( read -r _ </dev/fd/"$0"; kill -9 0 ) >/dev/null 2>&1 & ); exec "$@"'


@dataclass(frozen=True)
class Unboxed:
    kind: str = "none"

    @classmethod
    def probed(cls) -> Unboxed:
        return cls()

    def inside(self, job: Job, host: Path) -> str:
        """The host path itself: nothing is bound anywhere else."""
        return str(host)

    def describe(self) -> str:
        return "none: nothing is kept from a worker but the environment, and memory is not bounded"

    def run(self, job: Job) -> Finished:
        """Runs the job in its room, with a home and a TMPDIR that are removed afterwards."""
        reader, writer = os.pipe()
        try:
            with tempfile.TemporaryDirectory(prefix="factory-home-", ignore_cleanup_errors=True) as home:
                scratch = Path(home, "tmp")
                scratch.mkdir()
                return run(
                    ("/bin/sh", "-c", TETHER, str(reader), *job.argv),
                    cwd=job.room,
                    env=environment(job, home, str(scratch)),
                    timeout=job.timeout,
                    cap=job.cap,
                    pass_fds=(reader, *job.pass_fds),
                    stop=job.stop,
                )
        finally:
            os.close(reader)
            os.close(writer)
