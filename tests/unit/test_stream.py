"""A screen as the factory writes to it: whatever happens to it, no write fails and none waits for ever."""

from __future__ import annotations

import errno
import io
import json
import os
import pty
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TextIO

import pytest

from factory import cli, stream
from factory.errors import Exit
from factory.faces.cli.terminal import print_json
from factory.plain import cells, cut, padded
from factory.stream import Stream, encoded, streams

Open = Callable[[int], TextIO]


@pytest.fixture
def opened(request: pytest.FixtureRequest) -> Open:
    """A text file on a descriptor, as Python makes stdout; its end is nobody's concern."""

    def open_it(number: int) -> TextIO:
        found = open(number, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        request.addfinalizer(lambda: os.close(number))
        return found

    return open_it


def gone() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


def hung_up() -> int:
    master, slave = pty.openpty()
    os.close(master)
    return slave


@pytest.mark.parametrize(
    ("screen", "why"),
    [(gone, errno.EPIPE), (hung_up, errno.EIO), (lambda: os.open("/dev/full", os.O_WRONLY), errno.ENOSPC)],
)
def test_a_write_to_a_screen_that_takes_nothing_is_dropped_and_known(
    screen: Callable[[], int], why: int, opened: Open
) -> None:
    out = Stream(opened(screen()))
    assert out.write("a line\n") == 7
    out.flush()
    assert out.lost is not None
    assert out.lost.errno == why
    with pytest.raises(OSError):
        os.write(out.fileno(), b"the system says so")


def test_a_closed_stdout_takes_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with streams() as (out, _):
        sys.stdout.write("a line\n")
    assert (out.lost, out.isatty()) == (None, False)


def test_a_full_pipe_that_does_not_wait_is_waited_for(opened: Open) -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    out, read, most = Stream(opened(writer)), bytearray(), 1 << 20

    def late() -> None:
        time.sleep(0.05)
        while len(read) < most:
            read.extend(os.read(reader, 1 << 16))

    thread = threading.Thread(target=late)
    thread.start()
    out.write("x" * most)
    thread.join()
    os.close(reader)
    assert (len(read), out.lost) == (most, None)


def test_a_screen_that_is_not_read_holds_up_no_work(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "PATIENCE", 0.1)
    reader, writer = os.pipe()
    out = Stream(opened(writer))
    out.wait_no_more()
    begun = time.monotonic()
    for _ in range(stream.MOST + 100):
        out.write("x" * 1000)
    out.end()
    assert time.monotonic() - begun < 30
    os.close(reader)  # it is let go, and its thread with it
    assert out.beside is not None
    while out.beside.is_alive():
        out.end()


def test_what_waited_for_a_screen_is_shown_in_order(opened: Open) -> None:
    reader, writer = os.pipe()
    out = Stream(opened(writer))
    out.wait_no_more()
    for number in range(100):
        out.write(f"{number}\n")
    out.end()
    assert os.read(reader, 1 << 16).decode().split() == [str(n) for n in range(100)]
    os.close(reader)


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "날짜 — é|".encode()),
        ("cp949", b"\xb3\xaf\xc2\xa5 ? ?|"),
        ("ascii", b"???? ? ?|"),
        ("latin-1", b"???? ? \xe9|"),
    ],
)
def test_a_letter_that_a_console_lacks_is_question_marks_as_wide_as_it_is(encoding: str, shown: bytes) -> None:
    assert encoded("날짜 — é|", encoding) == shown


def test_half_a_letter_is_no_reason_to_stop() -> None:
    assert encoded("a\udcc7b", "utf-8") == b"a?b"


@pytest.mark.parametrize("encoding", ["ascii", "cp949", "utf-8"])
def test_json_is_valid_and_whole_in_every_console(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, value = io.BytesIO(), {"title": '날짜 — "é" 𝄞'}
    monkeypatch.setattr(sys, "stdout", Stream(io.TextIOWrapper(raw, encoding=encoding)))
    print_json(value)
    assert json.loads(raw.getvalue().decode("utf-8")) == value


@pytest.mark.parametrize(
    ("works", "lost", "code", "line"),
    [
        (False, errno.ENOSPC, Exit.COULD_NOT_RUN, "factory: stdout: No space left on device"),
        (True, errno.ENOSPC, Exit.OK, "factory: stdout: No space left on device"),
        (False, errno.EPIPE, Exit.OK, ""),
    ],
)
def test_a_lost_answer_is_an_error_and_a_lost_screen_of_work_is_none(
    works: bool, lost: int, code: Exit, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def command(*_: object, **__: object) -> None:
        out: Any = sys.stdout
        out.lost, out.beside = OSError(lost, os.strerror(lost)), threading.Thread() if works else None

    monkeypatch.setattr(cli, "commands", lambda _: command)
    monkeypatch.setattr(Stream, "end", lambda _: None)
    with pytest.raises(SystemExit) as done:
        cli.main(["status"])
    assert done.value.code == code
    assert capsys.readouterr().err.startswith(line)


# --- widths ----------------------------------------------------------------------------------------------

COMPOSED, PARTS = "한글 é", "\u1112\u1161\u11ab\u1100\u1173\u11af e\u0301"


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), (COMPOSED, 6), (PARTS, 6), ("日本", 4), ("a\u200bb", 2), ("", 0)]
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert cells(text) == columns


def test_a_column_is_cut_and_filled_by_what_is_shown() -> None:
    assert cut("한글이다", 8) == "한글이다"
    assert cut("한글이다", 7) == "한글이…"
    assert cut("한글이다", 6) == "한글…"
    assert cut("abc", 0) == ""
    assert padded("한글", 6) + "|" == "한글  |"
    assert padded("abc", 2) == "abc"
