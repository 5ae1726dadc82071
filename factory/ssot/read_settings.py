"""Bytes of `ssot/factory.toml` -> Settings, or a Mistake with the line and the remedy."""

from __future__ import annotations

import difflib
import functools
import re
import shlex
from collections.abc import Collection, Iterator
from typing import NamedTuple

from factory import globs
from factory.errors import Mistake
from factory.ssot import encoding, toml
from factory.ssot.settings import KINDS, SETTINGS, WORDS, Settings

VARIABLE, SCHEME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*"), re.compile(r"(?:env|command):|[A-Za-z][A-Za-z0-9+.-]*://.")
BAD_BRANCH = re.compile(r"^[-/.]|\.\.|@\{|//|[\s~^:?*\[\\\x00-\x1f\x7f]|[/.]$|\.lock(/|$)|/\.|^@$")


KEPT = 16  # files that were read last: a landing asks for main's several times


class Fault(NamedTuple):
    """A value of the right type that cannot work."""

    keys: toml.Keys
    what: str
    remedy: str


def read_settings(content: bytes | None, path: str = SETTINGS, kinds: Collection[str] = KINDS) -> Settings:
    """`None`: no such file, and all defaults. Raises Mistake."""
    return Settings() if content is None else _read(content, path, tuple(kinds))


@functools.lru_cache(KEPT)
def _read(content: bytes, path: str, kinds: tuple[str, ...]) -> Settings:
    text = encoding.read(content, path).plain
    settings = toml.build(Settings, text, path)
    for fault in _faults(settings, kinds):
        line = toml.line_of(text, fault.keys)
        raise Mistake(f"{toml.dotted(fault.keys)} {fault.what}", path=path, line=line, remedy=fault.remedy)
    return settings


def _faults(settings: Settings, kinds: Collection[str]) -> Iterator[Fault]:
    yield from _main(settings)
    yield from _timezone(settings)
    yield from _workers(settings, kinds)
    yield from _names(settings)
    yield from _paths(settings)
    yield from _receivers(settings)


def _main(settings: Settings) -> Iterator[Fault]:
    main = settings.factory.main
    if BAD_BRANCH.search(main) or main.startswith(("refs/", "factory/")):
        yield Fault(("factory", "main"), f'"{main}" is no branch to stamp', "write a branch's short name, like main")


def _timezone(settings: Settings) -> Iterator[Fault]:
    import zoneinfo

    name = settings.factory.timezone
    try:
        zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; a path out of the table; a folder of it
        near = difflib.get_close_matches(name, zoneinfo.available_timezones(), 1)
        remedy = f"did you mean {near[0]}?" if near else "write an IANA name, like Asia/Seoul or UTC"
        yield Fault(("factory", "timezone"), f'"{name}" is no time zone', remedy)


def _workers(settings: Settings, kinds: Collection[str]) -> Iterator[Fault]:
    for name, worker in settings.workers.items():
        keys = ("workers", name)
        if worker.kind not in kinds:
            near = difflib.get_close_matches(worker.kind, kinds, 1)
            remedy = f"did you mean {near[0]}?" if near else f"write one of {', '.join(kinds)}"
            yield Fault((*keys, "kind"), f'"{worker.kind}" is no kind of worker', remedy)
        if worker.kind == "command" and not worker.command:
            yield Fault(keys, "has no command", 'write command = ["program", "argument"]')
        if worker.batch > 1 and worker.kind != "gemini":
            what = f"is for kind gemini, which makes its calls itself; {worker.kind} takes one ticket at a time"
            yield Fault((*keys, "batch"), what, "leave it out")


def _names(settings: Settings) -> Iterator[Fault]:
    """Names of workers that nobody configured. With no worker at all, `run` says how to get one."""
    named: list[tuple[toml.Keys, str]] = [(("factory", "worker"), settings.factory.worker)]
    named += [(("risk", level, "worker"), choice.worker) for level, choice in settings.risk]
    named += [(("auditor", "worker"), settings.auditor.worker)]
    for keys, name in named:
        if settings.workers and name and name not in settings.workers:
            remedy = f"write one of {', '.join(settings.workers)}, or add [workers.{name}]"
            yield Fault(keys, f'names the worker "{name}", which does not exist', remedy)


def _paths(settings: Settings) -> Iterator[Fault]:
    named: list[tuple[toml.Keys, str]] = [
        (("protected", "paths", place), glob) for place, glob in enumerate(settings.protected.paths)
    ]
    named += [(("sandbox", "generated", place), glob) for place, glob in enumerate(settings.sandbox.generated)]
    named += [(("gate", "junit"), settings.gate.junit)] if settings.gate.junit else []
    for keys, glob in named:
        if fault := globs.fault(glob):
            what, _, remedy = fault.partition("; ")
            yield Fault(keys, f'"{glob}" {what}', remedy)
    for place, wanted in enumerate(settings.sandbox.read):
        if not wanted.startswith("/") or ".." in wanted.split("/"):
            yield Fault(("sandbox", "read", place), f'"{wanted}" is not absolute', "write the path from /, without ..")


def _receivers(settings: Settings) -> Iterator[Fault]:
    """What is wrong is told without the URL, which is a secret."""
    for name, receiver in settings.notify.items():
        keys, url = ("notify", name), receiver.url.get_secret_value()
        kind, _, rest = url.partition(":")
        if not url:
            yield Fault(keys, "has no url", 'write url = "env:NAME", "command:PROGRAM" or a service\'s own URL')
        elif not receiver.events:
            yield Fault((*keys, "events"), "names no event", f"write some of {', '.join(WORDS)}, or leave it out")
        elif kind == "env" and not VARIABLE.fullmatch(rest):
            yield Fault((*keys, "url"), "names no variable after `env:`", 'write it as in "env:NTFY_URL"')
        elif kind == "command" and not words_of(rest):
            yield Fault((*keys, "url"), "has no command, or an open quote in it", 'write "command:notify-send {title}"')
        elif not SCHEME.match(url) or not url.isprintable():
            yield Fault((*keys, "url"), "is no URL", 'it begins with a service\'s name and "://", as in ntfys://topic')


def words_of(command: str) -> list[str]:
    """A command's words, as a shell would part them and without one; none where a quote is open."""
    try:
        return shlex.split(command)
    except ValueError:
        return []
