from collections.abc import Collection, Mapping
from typing import NamedTuple


class Site(NamedTuple):
    path: str
    function: str
    line: int
    what: str


class Round(NamedTuple):
    files: Mapping[str, bytes]
    sites: Mapping[tuple[str, str], Site]


def rounds(tests, sources, digest, most=4):
    return ()


def data_rounds(data, digest):
    return ()


def literal_rounds(path, source, digest):
    return ()
