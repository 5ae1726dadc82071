"""Globs that a person writes: which of them could never name a file of the repository."""

from __future__ import annotations

import re

CONTROL = re.compile("[\x00-\x1f\x7f]")


def fault(glob: str) -> str:
    """Why a glob is refused, with the remedy; empty where it is fine."""
    if not glob.strip():
        return "is empty; remove it"
    if glob.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", glob):
        return "is absolute; write it from the repository's root"
    if ".." in glob.split("/"):
        return 'has a ".." in it; write it from the repository\'s root'
    if "." in glob.split("/"):
        return 'has a "." folder in it, which never matches; leave that part out'
    if "\\" in glob or CONTROL.search(glob):
        return "has a backslash or a control character; write folders with /"
    return ""
