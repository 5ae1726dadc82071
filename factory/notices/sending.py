"""Messages to one receiver. Whatever goes wrong is a line, and never shows the URL."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

import factory
from factory.errors import FactoryError, of_machine
from factory.notices.notice import URGENT, Notice
from factory.notices.receivers import COMMAND, Addressee
from factory.sandbox.process import NOT_EXECUTABLE, NOT_FOUND, Finished, Pipes, run
from factory.ssot.read_settings import words_of

SECONDS = 15.0  # that one message may take
KEPT = 4096  # bytes of what a receiver prints
EXTRA = "apprise is not installed: pip install 'stampmill[console]'"
COURIER = (sys.executable, "-P", "-m", "factory.notices.courier")  # -P: nothing is imported from where it is started
PLACE = re.compile(r"\{(title|text)\}")


def send(
    to: Addressee, notices: Sequence[Notice], environ: Mapping[str, str], stop: threading.Event, at: Path
) -> list[str]:
    """Sends them in their order; says of each why it could not be, empty where it was. `at`: where a command is run."""
    if to.lacks:
        return [to.lacks] * len(notices)
    try:
        if to.url.startswith(COMMAND):
            return [_by_command(to, notice, environ, stop, at) for notice in notices]
        return _by_apprise(to, notices, environ, stop)
    except FactoryError as error:
        return [str(error)] * len(notices)
    except OSError as error:
        return [str(of_machine(error))] * len(notices)


def _by_command(to: Addressee, notice: Notice, environ: Mapping[str, str], stop: threading.Event, at: Path) -> str:
    """No shell: the words are parted first, and what a message says is put into them after that."""
    given = {"title": notice.title, "text": notice.text}
    argv = [_filled(word, given) for word in words_of(to.url.removeprefix(COMMAND))]
    told = {
        "EVENT": notice.event,
        "TITLE": notice.title,
        "TEXT": notice.text,
        "PRIORITY": notice.urgency,
        "ITEMS": " ".join(notice.items),
        "RECEIVER": to.name,
    }
    env = {**environ, **{f"FACTORY_NOTICE_{name}": value for name, value in told.items()}}
    whole = f"{notice.title}\n\n{notice.text}\n".encode("utf-8", "replace")
    done = run(argv, env=env, timeout=SECONDS, cwd=at, stop=stop, pipes=Pipes(whole, cap=KEPT))
    if done.code == NOT_FOUND:
        return "its program is not there"
    if done.code == NOT_EXECUTABLE:
        return "its program may not be executed"
    return _ended(done, f"its program ended with exit code {done.code}")


def _filled(word: str, given: Mapping[str, str]) -> str:
    return PLACE.sub(lambda place: given[place[1]], word)


def _by_apprise(
    to: Addressee, notices: Sequence[Notice], environ: Mapping[str, str], stop: threading.Event
) -> list[str]:
    """In a process of its own: what hangs there can be ended, and the line never loads the library, which takes longer
    than a message does."""
    if find_spec("apprise") is None:
        return [EXTRA] * len(notices)
    letters = [{"title": one.title, "body": one.text, "urgent": one.urgency in URGENT} for one in notices]
    asked = json.dumps({"url": to.url, "letters": letters}).encode()
    env = {**environ, "PYTHONPATH": str(Path(factory.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    done = run(COURIER, env=env, timeout=SECONDS * len(notices), stop=stop, pipes=Pipes(asked, cap=KEPT * len(notices)))
    told = _told(done.stdout)[: len(notices)]
    return told + [_ended(done, "apprise could not send it") or "apprise could not send it"] * (
        len(notices) - len(told)
    )


def _told(printed: bytes) -> list[str]:
    """What the courier said of each; a line that it was ended over says nothing."""
    found = list[str]()
    for line in printed.decode("utf-8", "replace").splitlines():
        try:
            found.append(str(json.loads(line)))
        except ValueError:
            break
    return found


def _ended(done: Finished, why: str) -> str:
    if done.timed_out:
        return f"it took longer than {SECONDS:g} s"
    if done.stopped:
        return "it was not done when the run ended"
    return why if done.code else ""
