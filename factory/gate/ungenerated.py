"""A module that a room lacks because git ignores it, and the setting that brings it."""

from __future__ import annotations

import json
import re

from factory.git.repo import Repo
from factory.rooms.generated import ignored
from factory.ssot.settings import SETTINGS

LACKS = re.compile(
    r"No module named '([\w.]+)'|cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'"
)
ELSEWHERE = re.compile(r"(^|/)(site-packages|build|dist|node_modules|\.[^/]+)/")


def ungenerated(repo: Repo, output: str) -> str:
    """One line on the first module that the checkout has and git ignores; empty where there is none such."""
    if repo.work_tree is None:
        return ""
    for whole, name, package in LACKS.findall(output):
        at = (whole or f"{package}.{name}").replace(".", "/")
        found = ignored(repo, (f"**/{at}{ending}" for ending in (".py", ".so", ".*.so", "/__init__.py")))
        if path := next((path for path in found if not ELSEWHERE.search(path)), ""):
            setting = f"`generated = {json.dumps([path], ensure_ascii=False)}` under [sandbox] in {SETTINGS}"
            return f"{path} lies in your checkout and not in git: write {setting}"
    return ""
