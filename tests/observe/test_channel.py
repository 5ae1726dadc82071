"""The line to the reporter: what is sealed is believed, and nothing else."""

from __future__ import annotations

import json
import os
import socket
import stat
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory.gate.channel import HEAD, SEAL, Channel, Connection

KEY = bytes(32)


def sealed(message: object, number: int, key: bytes = KEY) -> bytes:
    body = json.dumps([message]).encode()
    head = HEAD.pack(len(body), number)
    return head + blake2b(head + body, key=key, digest_size=SEAL).digest() + body


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Channel]:
    made = Channel(tmp_path / "socket", {"greeting": "hello"})
    yield made
    made.close()


def join(channel: Channel, tmp_path: Path) -> tuple[socket.socket, bytes]:
    link = socket.socket(socket.AF_UNIX)
    link.connect(str(tmp_path / "socket"))
    hello = b""
    while not hello.endswith(b"\n"):
        hello += link.recv(4096)
    terms = json.loads(hello)
    assert terms["greeting"] == "hello"
    return link, bytes.fromhex(terms["key"])


@given(st.lists(st.integers(1, 50)))
def test_messages_are_whole_however_the_bytes_are_cut(cuts: list[int]) -> None:
    line, data = Connection(1, KEY), b"".join(sealed(["m", n, "é"], n) for n in range(5))
    for cut in [*cuts, len(data)]:
        line.hear(data[:cut])
        data = data[cut:]
    assert line.messages == [["m", n, "é"] for n in range(5)]
    assert line.trouble == ""


@pytest.mark.parametrize(
    "data",
    [
        sealed(["m"], 1),
        sealed(["m"], 0, bytes(31) + b"x"),
        sealed(["m"], 0) + sealed(["m"], 0),
        b"[" * 64,
        HEAD.pack(1 << 30, 0) + bytes(SEAL),
        sealed("", 0),
        sealed(5, 0),
        sealed(["m"], 0)[:-1] + b"!",
    ],
)
def test_anything_that_is_not_sealed_in_order_is_trouble_and_ends_belief(data: bytes) -> None:
    line = Connection(1, KEY)
    line.hear(data)
    assert line.trouble
    line.hear(sealed(["late"], 0))
    assert ["late"] not in line.messages


def test_a_message_cut_short_is_trouble() -> None:
    line = Connection(1, KEY)
    line.hear(sealed(["m"], 0)[:-1])
    line.end()
    assert (line.trouble != "", line.messages, line.over) == (True, [], True)


def test_what_was_sent_before_the_end_is_heard_even_if_the_line_stays_open(channel: Channel, tmp_path: Path) -> None:
    link, key = join(channel, tmp_path)
    with link:
        link.sendall(b"".join(sealed(["m", n], n, key) for n in range(2000)))
        channel.close()
    assert [len(line.messages) for line in channel.lines] == [2000]


def test_a_second_connection_while_the_first_lives_is_trouble(channel: Channel, tmp_path: Path) -> None:
    first, _ = join(channel, tmp_path)
    second, _ = join(channel, tmp_path)
    with first, second:
        channel.close()
    assert "while a session was running" in channel.trouble


def test_the_same_process_may_not_connect_again(channel: Channel, tmp_path: Path) -> None:
    first, key = join(channel, tmp_path)
    first.sendall(sealed(["bye", 0], 0, key))
    first.close()
    second, _ = join(channel, tmp_path)
    second.close()
    channel.close()
    assert "again" in channel.trouble


def test_another_process_may_connect_after_the_goodbye(channel: Channel, tmp_path: Path) -> None:
    for _ in range(2):
        child = os.fork()
        if not child:
            link, key = join(channel, tmp_path)
            link.sendall(sealed(["bye", 0], 0, key))
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    channel.close()
    assert (channel.trouble, [line.messages for line in channel.lines]) == ("", [[["bye", 0]]] * 2)


def test_keys_are_never_given_twice(channel: Channel, tmp_path: Path) -> None:
    one, two = join(channel, tmp_path), join(channel, tmp_path)
    assert one[1] != two[1]
    assert len(one[1]) == 32
    one[0].close()
    two[0].close()


def test_the_socket_can_be_reached_by_a_sandbox_with_another_user(channel: Channel, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "socket").stat().st_mode) == 0o666
