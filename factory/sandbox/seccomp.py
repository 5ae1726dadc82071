"""The system calls that a worker or a gate never needs, as a BPF program (classic, as the kernel takes it).

Everything else is allowed: this is a wall behind the namespaces, against the parts of the kernel that break most.
Assembled by hand, so that no library is needed. Sources: asm/unistd_64.h, asm-generic/unistd.h, linux/seccomp.h,
linux/bpf_common.h.
"""

from __future__ import annotations

import errno
import platform
import re
import struct
from collections.abc import Iterator

LOAD, JUMP_EQ, JUMP_GE, JUMP_SET, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000
NUMBER, ARCH, ARG0, ARG1, ARG2 = (
    0,
    4,
    16,
    24,
    32,
)  # offsets in struct seccomp_data (the low half of an argument, little-endian)

NAMESPACES = 0x7E020000  # NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
TERMINAL_REQUESTS = (0x5412, 0x541C)  # TIOCSTI types into the operator's terminal, TIOCLINUX pastes into it
DEVICE = 0x2000  # the bit of a mode that character and block devices have, and fifos and sockets have not
FAMILIES = (17, 38, 40, 44)  # AF_PACKET, AF_ALG, AF_VSOCK, AF_XDP

# name, and its number on x86_64 and aarch64; -: the architecture has no such call
_REFUSED = """
    ptrace 101 117 | syslog 103 116 | personality 135 92 | acct 163 89 | settimeofday 164 170 | mount 165 40
    umount2 166 39 | swapon 167 224 | swapoff 168 225 | reboot 169 142 | iopl 172 - | ioperm 173 -
    init_module 175 105 | delete_module 176 106 | quotactl 179 60 | nfsservctl 180 42 | adjtimex 159 171
    chroot 161 51 | pivot_root 155 41 | vhangup 153 58 | lookup_dcookie 212 18 | clock_settime 227 112
    kexec_load 246 104 | add_key 248 217 | request_key 249 218 | keyctl 250 219 | unshare 272 97
    perf_event_open 298 241 | fanotify_init 300 262 | name_to_handle_at 303 264 | open_by_handle_at 304 265
    clock_adjtime 305 266 | setns 308 268 | process_vm_readv 310 270 | process_vm_writev 311 271 | kcmp 312 272
    finit_module 313 273 | kexec_file_load 320 294 | bpf 321 280 | userfaultfd 323 282 | open_tree 428 428
    move_mount 429 429 | fsopen 430 430 | fsconfig 431 431 | fsmount 432 432 | fspick 433 433
    pidfd_getfd 438 438 | mount_setattr 442 442 | quotactl_fd 443 443 | open_tree_attr 467 467
"""
REFUSED: dict[str, tuple[int | None, int | None]] = {
    name: (int(x86), None if arm == "-" else int(arm))
    for row in re.split(r"[|\n]", _REFUSED.strip())
    for name, x86, arm in [row.split()]
}

# Said to be missing, so that the C library and event loops fall back: clone3 hides its flags behind a pointer.
MISSING = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "clone3": 435}

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
# judged by an argument: name -> (x86_64, aarch64), the argument, the test on it, its values, the error
JUDGED: tuple[tuple[tuple[int | None, int | None], int, int, tuple[int, ...], int], ...] = (
    ((56, 220), ARG0, JUMP_SET, (NAMESPACES,), errno.EPERM),  # clone
    ((16, 29), ARG1, JUMP_EQ, TERMINAL_REQUESTS, errno.EPERM),  # ioctl
    ((41, 198), ARG0, JUMP_EQ, FAMILIES, errno.EAFNOSUPPORT),  # socket
    ((133, None), ARG1, JUMP_SET, (DEVICE,), errno.EPERM),  # mknod
    ((259, 33), ARG2, JUMP_SET, (DEVICE,), errno.EPERM),  # mknodat
)
X32 = 0x40000000  # x86_64's second numbering, which would pass by every number above


def _op(code: int, value: int, true: int = 0, false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, true, false, value)


def _answer(number: int) -> bytes:
    return _op(RETURN, ERRNO | number)


def _rules(column: int) -> Iterator[bytes]:
    for numbers in REFUSED.values():
        if (number := numbers[column]) is not None:
            yield _op(JUMP_EQ, number, 0, 1) + _answer(errno.EPERM)
    for number in MISSING.values():
        yield _op(JUMP_EQ, number, 0, 1) + _answer(errno.ENOSYS)
    for numbers, argument, test, values, error in JUDGED:
        if (number := numbers[column]) is not None:
            tests = b"".join(_op(test, value, 0, 1) + _answer(error) for value in values)
            body = _op(LOAD, argument) + tests + _op(RETURN, ALLOW)
            yield _op(JUMP_EQ, number, 0, len(body) // 8) + body


def program(machine: str = "") -> bytes:
    """The filter for a machine's architecture (default: this one). KeyError where it is none of ARCHITECTURES."""
    arch, column = ARCHITECTURES[machine or platform.machine()]
    head = _op(LOAD, ARCH) + _op(JUMP_EQ, arch, 1, 0) + _op(RETURN, KILL) + _op(LOAD, NUMBER)
    if column == 0:
        head += _op(JUMP_GE, X32, 0, 1) + _answer(errno.ENOSYS)
    return head + b"".join(_rules(column)) + _op(RETURN, ALLOW)
