"""The filter is run here as the kernel runs it, so that the architecture that is not ours is judged too."""

from __future__ import annotations

import errno
import struct

import pytest

from factory.sandbox.seccomp import ALLOW, ARCHITECTURES, ERRNO, KILL, MISSING, REFUSED, program

ANSWERS = {ALLOW: "allowed", KILL: "killed"}


def answer(machine: str, number: int, *arguments: int, arch: int | None = None) -> str:
    """What the filter says of a system call: a small interpreter of the five instructions that it is made of."""
    arguments = (*arguments, *(0,) * (6 - len(arguments)))
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine][0] if arch is None else arch, 0, *arguments)
    code = list(struct.iter_unpack("<HBBI", program(machine)))
    at = value = 0
    while True:
        operation, true, false, operand = code[at]
        at += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, operand)
        elif operation == 0x06:
            return ANSWERS.get(operand) or errno.errorcode[operand ^ ERRNO]
        else:
            holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[operation]
            at += true if holds else false


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_every_listed_call_is_refused_and_others_are_not(machine: str) -> None:
    column = ARCHITECTURES[machine][1]
    refused = {numbers[column] for numbers in REFUSED.values()} - {None}
    missing = set(MISSING.values())
    said = {number: answer(machine, number) for number in range(470)}
    assert {number for number, word in said.items() if word == "EPERM"} == refused
    assert {number for number, word in said.items() if word == "ENOSYS"} == missing
    assert {word for number, word in said.items() if number not in refused | missing} == {"allowed"}


@pytest.mark.parametrize(
    ("machine", "clone", "ioctl", "socket", "mknodat"), [("x86_64", 56, 16, 41, 259), ("aarch64", 220, 29, 198, 33)]
)
def test_some_calls_are_judged_by_an_argument(machine: str, clone: int, ioctl: int, socket: int, mknodat: int) -> None:
    assert answer(machine, clone, 0x11) == "allowed"
    assert [answer(machine, clone, 1 << bit | 0x11) for bit in (17, 25, 26, 27, 28, 29, 30)] == ["EPERM"] * 7
    assert [answer(machine, ioctl, 0, request) for request in (0x5413, 0x5412, 0x541C)] == ["allowed", "EPERM", "EPERM"]
    assert [answer(machine, socket, family) for family in (1, 2, 10, 40)] == ["allowed"] * 3 + ["EAFNOSUPPORT"]
    assert [answer(machine, mknodat, 0, 0, kind) for kind in (0x1000, 0x8000, 0xC000)] == ["allowed"] * 3
    assert [answer(machine, mknodat, 0, 0, kind) for kind in (0x2000, 0x6000)] == ["EPERM"] * 2


def test_another_architecture_is_no_way_round() -> None:
    assert answer("x86_64", 20, arch=0x40000003) == "killed"
    assert answer("x86_64", 0x40000000 + 39) == "ENOSYS"


def test_a_machine_without_a_filter_is_refused() -> None:
    with pytest.raises(KeyError):
        program("riscv64")
