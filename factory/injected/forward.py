"""Inside a room: python forward.py SOCKET PORT -- COMMAND...

Listens on 127.0.0.1:PORT, hands each connection to the unix socket SOCKET, and runs COMMAND beside it. Ends with the
command, with its exit code (128 + n after signal n); the command dies with it. Standard library only: it runs on
whatever Python the room has, and imports nothing of ours. 97: the port could not be had. 127: no such command.
"""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import threading

PIECE = 65536
PR_SET_PDEATHSIG = 1
COULD_NOT_LISTEN = 97
PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Until `source` says no more; then `sink` is told so, while the other way may still run."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            sink.sendall(piece)
    for end, way in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
        with contextlib.suppress(OSError):
            end.shutdown(way)


def connect(client: socket.socket, path: str) -> None:
    with client, socket.socket(socket.AF_UNIX) as egress:
        try:
            egress.connect(path)
        except OSError:
            return
        back = threading.Thread(target=pump, args=(egress, client), daemon=True)
        back.start()
        pump(client, egress)
        back.join()


def accept(listener: socket.socket, path: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=connect, args=(client, path), daemon=True).start()


def run(command: list[str], listener: socket.socket, parent: int) -> None:
    """The child's side: becomes the command, and is killed when the forwarder goes."""
    listener.close()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it went before we could ask
        os._exit(128 + signal.SIGKILL)
    try:
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    os._exit(127)


def main(path: str, port: str, dashes: str, *command: str) -> int:
    if dashes != "--" or not command:
        raise SystemExit("usage: forward.py SOCKET PORT -- COMMAND...")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(port)))
        listener.listen(64)
    except OSError as error:
        print(f"forward.py: 127.0.0.1:{port}: {error.strerror}", file=sys.stderr)
        return COULD_NOT_LISTEN
    parent = os.getpid()
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # none may be lost between the fork and the handlers
    child = os.fork()  # before any thread
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        run(list(command), listener, parent)
    for number in PASSED_ON:
        signal.signal(number, lambda got, _: os.kill(child, got))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    threading.Thread(target=accept, args=(listener, path), daemon=True).start()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))  # at once: connections that are still open do not hold it
