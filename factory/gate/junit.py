"""Pure: a JUnit report, as other runners write it -> outcomes. For tiers where no pytest can be watched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from factory.errors import CouldNotRun
from factory.gate.observe import Observation
from factory.gate.transcript import RED, worst
from factory.model import Fate

LARGEST = 64 << 20  # bytes
WORDS = {"failure": Fate.FAILED, "error": Fate.ERROR, "skipped": Fate.SKIPPED}


def told(content: bytes, code: int, room: str = "") -> Observation:
    """What a report says of the tests. One that cannot be read says that, and nothing else."""
    try:
        outcomes = junit_outcomes(content, room)
    except CouldNotRun as error:
        return Observation(sessions=1, code=code, unable=str(error))
    red = any(outcome in RED for outcome in outcomes.values())
    return Observation(outcomes, len(outcomes), 1, finished=bool(outcomes) and red == (code != 0), code=code)


def junit_outcomes(content: bytes, room: str = "") -> dict[str, Fate]:
    """Outcomes by `file::classname::name`, or what there is of them; where no file is named, the suite's name stands
    for it. A test that is there twice has its worse outcome. Files are named from the `room` on.

    CouldNotRun for what is no JUnit report, is over 64 MiB, or declares a document type (entities could blow it up).
    """
    if len(content) > LARGEST:
        raise CouldNotRun(f"the JUnit report has {len(content)} bytes; {LARGEST} is the most that is read")
    try:
        root = _parsed(content)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        raise CouldNotRun(
            f"the JUnit report is not XML ({error}); see that the runner ends before it is read"
        ) from error
    if root.tag not in ("testsuites", "testsuite"):
        raise CouldNotRun(
            f"the JUnit report starts with <{root.tag[:40]}>, not <testsuites>; see `junit` in the settings"
        )
    outcomes: dict[str, Fate] = {}
    for name, case in _cases(root, room.rstrip("/") + "/"):
        outcomes[name] = worst(outcomes.get(name), _outcome(case))
    return outcomes


def _cases(root: ElementTree.Element, room: str) -> Iterator[tuple[str, ElementTree.Element]]:
    """Each test by its name: the nearest file, or the suites around it, tell it from others of that name."""
    todo = [(root, root.get("name", "") if root.tag == "testsuite" else "")]  # no recursion: a report may be deep
    for element, place in todo:
        for child in element:
            file = child.get("file", "").removeprefix(room)
            if child.tag == "testcase":
                yield "::".join(filter(None, (file or place, child.get("classname"), child.get("name")))), child
            elif child.tag == "testsuite":
                todo.append((child, file or "::".join(filter(None, (place, child.get("name"))))))


def _parsed(content: bytes) -> ElementTree.Element:
    """UTF-8 only: in another encoding a document type would hide from the search for it."""
    text = content.decode("utf-8-sig")
    declared = re.match(r"\s*<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)", text)
    if declared and declared[1].lower() not in ("utf-8", "utf8", "us-ascii", "ascii"):
        raise ValueError(f"its encoding is {declared[1][:40]}, not UTF-8")
    if "<!doctype" in text.lower() or "<!entity" in text.lower():
        raise ValueError("it declares a document type, which is refused")
    return ElementTree.fromstring(text.encode())


def _outcome(case: ElementTree.Element) -> Fate:
    found = Fate.PASSED
    for child in case:
        if child.tag in WORDS:
            xfailed = child.tag == "skipped" and child.get("type") == "pytest.xfail"
            found = worst(found, Fate.XFAILED if xfailed else WORDS[child.tag])
    return found
