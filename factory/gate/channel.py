"""The controller's end of the line to a gate's pytest: a socket, a thread that reads, seals that must match."""

from __future__ import annotations

import json
import os
import secrets
import selectors
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

HEAD = struct.Struct(">IQ")  # length of the text, number of the message
SEAL = 16  # bytes
MESSAGE = 16 << 20  # bytes; a longer one is no message of ours
TOTAL = 512 << 20  # bytes a line may say
CREDENTIALS = struct.Struct("3i")  # pid, uid, gid of the process at the other end


@dataclass
class Connection:
    """One connection: who, what it said, and why it is not to be trusted (or "")."""

    pid: int
    key: bytes
    messages: list[list[Any]] = field(default_factory=list)
    trouble: str = ""
    over: bool = False  # it said goodbye, or hung up
    _rest: bytearray = field(default_factory=bytearray)
    _said: int = 0
    _next: int = 0

    def hear(self, data: bytes) -> None:
        """Takes bytes as they come. After the first thing that is wrong nothing more is believed."""
        if self.trouble:
            return
        self._rest += data
        self._said += len(data)
        if self._said > TOTAL:
            self.trouble = "the reporter's line said too much"
        while not self.trouble and self._one():
            pass

    def _one(self) -> bool:
        """Whether a whole message was there."""
        start = HEAD.size + SEAL
        if len(self._rest) < start:
            return False
        length, number = HEAD.unpack_from(self._rest)
        if length > MESSAGE or number != self._next:
            self.trouble = "a forged or broken message on the reporter's line"
        elif len(self._rest) >= start + length:
            head, seal, body = (bytes(self._rest[a:b]) for a, b in ((0, 12), (12, start), (start, start + length)))
            del self._rest[: start + length]
            self._take(head + body, seal, body)
            return True
        return False

    def _take(self, sealed: bytes, seal: bytes, body: bytes) -> None:
        expected = blake2b(sealed, key=self.key, digest_size=SEAL).digest()
        if not secrets.compare_digest(seal, expected):
            self.trouble = "a forged message on the reporter's line"
            return
        try:
            for message in json.loads(body):
                self.messages.append([str(message[0]), *message[1:]])
                self.over = self.over or message[0] == "bye"
        except (ValueError, TypeError, IndexError, RecursionError):
            self.trouble = "an unreadable message on the reporter's line"
            return
        self._next += 1

    def end(self) -> None:
        """The other end hung up."""
        if self._rest and not self.trouble:
            self.trouble = "a message on the reporter's line was cut short"
        self.over = True


class Channel:
    """Listens from its making to `close`; every connection gets a key of its own, once."""

    def __init__(self, path: Path, terms: Mapping[str, object]) -> None:
        self.lines: list[Connection] = []
        self.trouble = ""
        self.terms = dict(terms)  # what whoever connects is told
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self._listener.bind(str(path))
        os.chmod(path, 0o666)  # the sandbox may have another user; the folder around it is the controller's alone
        self._listener.listen(16)
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._listen, name="observer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Reads what has arrived, whoever still holds the other end open, and stops. Twice does no harm."""
        if self._listener.fileno() < 0:
            return
        os.write(self._waker, b"!")
        self._thread.join()
        while self._round(0):
            pass
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        os.close(self._wake)
        os.close(self._waker)

    def _listen(self) -> None:
        while self._round(None):
            pass

    def _round(self, wait: float | None) -> bool:
        """One look at everything; False when there is nothing more (`wait` 0), or `close` has called."""
        ready = [key for key, _ in self._selector.select(wait)]
        if any(key.fd == self._wake for key in ready):
            self._selector.unregister(self._wake)
            return False
        for key in ready:
            if key.data is not None:
                self._read(key)
        if any(key.fileobj is self._listener for key in ready):
            self._accept()
        return bool(ready)

    def _read(self, key: selectors.SelectorKey) -> bool:
        link, line = key.fileobj, key.data
        assert isinstance(link, socket.socket)
        try:
            data = link.recv(1 << 18)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if data:
            line.hear(data)
        else:
            line.end()
            self._selector.unregister(link)
            link.close()
        return bool(data)

    def _accept(self) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError:
            return
        for key in list(self._selector.get_map().values()):  # an earlier session's goodbye may still be unread
            while key.data is not None and self._read(key):
                pass
        pid = CREDENTIALS.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size))[0]
        self._suspect(pid)
        line = Connection(pid, secrets.token_bytes(32))
        self.lines.append(line)
        try:
            link.sendall(json.dumps({**self.terms, "key": line.key.hex()}).encode() + b"\n")
        except OSError:
            line.end()
            link.close()
            return
        link.setblocking(False)
        self._selector.register(link, selectors.EVENT_READ, line)

    def _suspect(self, pid: int) -> None:
        if any(not line.over for line in self.lines):
            self.trouble = "somebody connected to the reporter's socket while a session was running"
        elif any(line.pid == pid for line in self.lines):
            self.trouble = "the process of a session connected to the reporter's socket again"
