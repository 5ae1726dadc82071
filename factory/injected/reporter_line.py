"""The reporter's end of the line to the controller. PYTEST_DONT_REWRITE"""

import fcntl
import itertools
import json
import os
import socket
import struct
import time
from hashlib import blake2b

ADDRESS = "STAMPMILL_OBSERVER"
FOLDER = os.path.dirname(os.path.abspath(__file__))
HIGH = 190  # descriptors from here on: out of the way of tests that close or count low ones
SOON = 0.02  # seconds


def forget(name):
    """Takes what the controller added out of the environment, so that no child of a test finds it."""
    ours = {"PYTEST_ADDOPTS": "-p %s --continue-on-collection-errors" % name, "PYTEST_PLUGINS": name}
    for variable, mine in dict(ours, PYTHONPATH=FOLDER).items():
        value = os.environ.get(variable, "")
        if value.startswith(mine):
            rest = value[len(mine) :].lstrip(" ,:")
            if rest:
                os.environ[variable] = rest
            else:
                del os.environ[variable]
    return os.environ.pop(ADDRESS, None)


def connect(address):
    """The descriptor of the line to the controller, and its terms: the key comes once, to the first who asks."""
    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.settimeout(20)
    link.connect(address)
    hello = b""
    while not hello.endswith(b"\n"):
        part = link.recv(65536)
        if not part:
            raise OSError("the controller hung up")
        hello += part
    link.settimeout(None)
    low = link.detach()
    try:
        high = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:
        return low, json.loads(hello.decode())
    os.close(low)
    return high, json.loads(hello.decode())


def sender(line, key):
    """`send(text)`: length, number, seal, and a list of messages. What can wait (a passed test) waits for the next one,
    or for SOON seconds. A forked child says nothing. `send(None)` closes the line."""
    write, close, getpid, owner, clock = os.write, os.close, os.getpid, os.getpid(), time.monotonic
    number, pack, broken, waiting, last = itertools.count().__next__, struct.Struct(">IQ").pack, [], [], [0.0]

    def flush():
        body = ("[" + ",".join(waiting) + "]").encode()
        waiting.clear()
        head = pack(len(body), number())
        rest = head + blake2b(head + body, key=key, digest_size=16).digest() + body
        try:
            while rest:
                rest = rest[write(line, rest) :]
        except OSError:  # the controller notices that the goodbye is missing
            broken.append(True)

    def send(text, now=True):
        if broken or getpid() != owner:
            return
        if text is None:
            broken.append(True)
            close(line)
            return
        waiting.append(text)
        if now or clock() - last[0] > SOON:
            last[0] = clock()
            flush()

    return send


def tag(key, *parts):
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()
