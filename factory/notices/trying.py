"""A test message to every receiver, and what became of it; and what all messages of a repository have in common."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from factory.errors import Mistake
from factory.git.repo import Repo
from factory.notices.phrases import in_language
from factory.notices.receivers import Addressee, receivers
from factory.notices.sending import send
from factory.notices.wording import NoticeFrame, of_test
from factory.records.view import find_main
from factory.ssot.settings import SETTINGS

PAGES = {"en": "factory-out/today.md", "ko": "factory-out/today.ko.md"}


class ReceiverTried(NamedTuple):
    """What became of one receiver's test message. `why`: why it did not go out; empty: it did."""

    name: str
    kind: str
    why: str


def tried(path: Path, environ: Mapping[str, str]) -> list[ReceiverTried]:
    """Sends one to each, beside each other. Mistake where the settings have no receiver."""
    with Repo(path) as repo:
        settings, _ = find_main(repo)
        at = folder_of(repo)
    to = receivers(settings, environ)
    if not to:
        raise Mistake("no receiver is set up", path=SETTINGS, remedy="add one to [notify]; `factory help notices`")
    notice = of_test(frame(at, getattr(settings.factory, "language", "en")))

    def one(receiver: Addressee) -> ReceiverTried:
        (why,) = send(receiver, (notice,), environ, threading.Event(), at)
        return ReceiverTried(receiver.name, receiver.kind, why)

    with ThreadPoolExecutor(len(to)) as threads:
        return list(threads.map(one, to))


def frame(at: Path, language: str = "en") -> NoticeFrame:
    """The page to open is the file that lies beside the checkout, where there is one."""
    page = PAGES.get(language, PAGES["en"])
    return NoticeFrame(at.name, in_language(language), page if (at / page).is_file() else "`factory report`")


def folder_of(repo: Repo) -> Path:
    """The folder that a repository is known by, and that commands are run in."""
    return repo.work_tree or repo.common_dir
