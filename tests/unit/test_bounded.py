"""What is kept has a largest size, and says what it left out."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import string

from hypothesis import given
from hypothesis import strategies as st

from factory.records.bounded import ATTEMPT_CAP, FILE_CAP, cap, cap_all

LONG = "".join(f"line {i} naïve 漢字\n" for i in range(100_000)).encode()


def test_small_text_is_kept_as_it_is() -> None:
    assert cap(b"passed\n") == b"passed\n"
    assert cap(b"") == b""


def test_long_text_keeps_its_head_and_tail_and_says_what_is_missing() -> None:
    kept = cap(LONG)
    assert FILE_CAP - 400 < len(kept) <= FILE_CAP
    assert kept.startswith(b"line 0 ")
    assert kept.endswith("line 99999 naïve 漢字\n".encode())
    note = re.search(rb"\n\[(\d+) of (\d+) bytes left out here; sha256 of the whole: ([0-9a-f]{64})\]\n", kept)
    assert note is not None
    assert int(note[2]) == len(LONG)
    assert int(note[1]) == len(LONG) - (len(kept) - len(note[0]))
    assert note[3].decode() == hashlib.sha256(LONG).hexdigest()


def test_binary_output_becomes_its_digest() -> None:
    for content in (b"\x7fELF\0\0\1", gzip.compress(os.urandom(3000)), bytes(range(1, 32)) * 9, os.urandom(200)):
        kept = cap(content)
        assert kept == f"[binary: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}]\n".encode()


def test_coloured_progress_and_latin_text_are_no_binary() -> None:
    for content in (b"\x1b[32m.\x1b[0m" * 500, "déjà vu à la carte".encode("latin-1"), b"10%\r20%\r30%\r\x07"):
        assert cap(content) == content


def test_a_cut_falls_between_characters() -> None:
    for limit in range(300, 320):
        assert "\ufffd" not in cap(("漢🙂é" * 900).encode(), limit).decode()


def test_an_attempts_files_fit_together_and_the_small_ones_stay_whole() -> None:
    files = {f"big{i}": LONG for i in range(9)} | {"exitcode.txt": b"1\n"}
    kept = cap_all(files)
    assert kept["exitcode.txt"] == b"1\n"
    assert ATTEMPT_CAP * 0.99 < sum(map(len, kept.values())) <= ATTEMPT_CAP
    assert all(hashlib.sha256(LONG).hexdigest().encode() in kept[f"big{i}"] for i in range(9))


@given(st.text(alphabet=string.printable + "é漢🙂").map(str.encode), st.integers(0, 600))
def test_a_cap_is_never_passed(content: bytes, limit: int) -> None:
    assert len(cap(content * 20, limit)) <= limit


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 3000)), st.integers(500, 6000))
def test_the_sum_of_all_files_is_never_passed(sizes: dict[str, int], limit: int) -> None:
    kept = cap_all({name: b"x" * size for name, size in sizes.items()}, limit)
    assert kept.keys() == sizes.keys()
    assert sum(map(len, kept.values())) <= limit
