"""Git's own word on objects, through one `git cat-file --batch`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Protocol

from factory.errors import GitFailed
from factory.git import objects
from factory.model import Oid

Found = tuple[Oid, str, bytes]  # id, kind, body
RENEW = 20_000  # questions: git keeps something of each object that it was asked for, as long as it lives


class Pipe(Protocol):
    """A running `git cat-file --batch`."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    proc: Any


class Reader:
    """Starts git with the first question, and anew after a failure. Safe to share between threads.

    `lacks`: what is said where git died over an object.
    """

    def __init__(self, start: Callable[[], Pipe], algorithm: str, lacks: Callable[[], GitFailed]) -> None:
        self._start, self._algorithm, self._lacks = start, algorithm, lacks
        self._pipe: Pipe | None = None
        self._asked = 0
        self._lock = threading.Lock()

    def ask(self, names: list[str]) -> list[Found | None]:
        """The answers to some questions, asked in one breath; as many as a pipe holds."""
        with self._lock:
            if self._asked > RENEW:
                self.close()
            pipe = self._pipe = self._pipe or self._start()
            self._asked += len(names)
            try:
                pipe.stdin.write(b"".join(objects.to_bytes(name) + b"\n" for name in names))
                pipe.stdin.flush()
                return [self._answer(pipe.stdout) for _ in names]
            except BaseException:  # what is not read yet would be the answer to the next question
                self.close()
                raise

    def close(self) -> None:
        """End the child process."""
        pipe, self._pipe, self._asked = self._pipe, None, 0
        if pipe is not None:
            for end in (pipe.stdin, pipe.stdout):
                with suppress(OSError):  # it died before
                    end.close()
            pipe.proc.wait()

    def _answer(self, stdout: IO[bytes]) -> Found | None:
        head = stdout.readline().split()
        if not head:
            raise self._lacks()
        if len(head) != 3 or not head[2].isdigit():
            return None
        body = stdout.read(int(head[2]))
        stdout.read(1)
        oid, kind = head[0].decode(), head[1].decode()
        if objects.digest(kind, body, self._algorithm) != oid:  # git itself looks in `fsck` and on fetch alone
            raise GitFailed(f"object {oid} is not what its name says; `git fsck` tells what else is damaged")
        return oid, kind, body
