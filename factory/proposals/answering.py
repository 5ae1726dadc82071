"""A TAG or STRIKE card by a model: its inputs in as few calls as they fit into, one repair a call."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from factory.cards.card import WorkItem
from factory.cards.hits import applies
from factory.cards.measure import HELD, codec
from factory.cards.rule import CardRule
from factory.cards.sources import Files, FolderFiles, TreeFiles
from factory.cards.workers.record import Row, earlier
from factory.cards.workers.strike import struck
from factory.errors import CouldNotRun
from factory.plain import many
from factory.proposals.asking import ShownFile, UnfitAnswer, ask_strikes, ask_tags, batches, lines_out, strikes, tags
from factory.proposals.placing import place
from factory.proposals.proposing import Spoken, Unusable
from factory.proposals.task import Task

Ask = Callable[[tuple[Spoken, ...]], str]
T = TypeVar("T")


def answer(task: Task, card: WorkItem, ask: Ask) -> str:
    """Asks, and writes what the card is to write into the room; a summary. Unusable where a repair did not help."""
    repository = TreeFiles(task.files)
    sources = FolderFiles(card.input.root) if card.input.root else repository
    work = _tag if card.type == "TAG" else _strike
    records, files = work(card, sources, repository, ask)
    if failed := place(task.room, {card.output: lines_out(records), **files}):
        raise Unusable("the output cannot be placed: " + "; ".join(failed))
    return many(len(records), "record")


def _records(card: WorkItem, repository: Files, shape: str) -> list[Row]:
    """What earlier cards wrote; where that is gone or broken, this attempt fails, and the run goes on."""
    try:
        return list(earlier(card, repository, shape))
    except CouldNotRun as error:
        raise Unusable(str(error)) from None


def _once_repaired(ask: Ask, question: str, read: Callable[[str], T]) -> T:
    """The answer as it is read; asked once more, with the reason, where it cannot be."""
    first = (Spoken("user", question),)
    text = ask(first)
    try:
        return read(text)
    except UnfitAnswer as unfit:
        again = Spoken("user", f"Your answer could not be used: {unfit}. Answer again, whole, by the schema.")
    try:
        return read(ask((*first, Spoken("model", text), again)))
    except UnfitAnswer as unfit:
        raise Unusable(f"the answer could not be used twice: {unfit}") from None


# --- TAG -------------------------------------------------------------------------------------------------


def _tag(card: WorkItem, sources: Files, repository: Files, ask: Ask) -> tuple[list[Row], dict[str, bytes]]:
    found: list[Row] = []
    groups: dict[tuple[str, ...], tuple[list[CardRule], list[ShownFile]]] = {}
    for index in _records(card, repository, "index"):
        rules = [rule for rule in card.input.rules if applies(rule, index)]
        if rules and not index.get("error") and index["encoding"] != "binary":
            _, files = groups.setdefault(tuple(rule.name for rule in rules), (rules, []))
            files.append(ShownFile(index, _text(index, sources)))
    for rules, files in groups.values():
        for batch in batches(files, (len(file.text.encode("utf-8", "replace")) for file in files)):
            found += _once_repaired(ask, ask_tags(rules, batch), _reader(rules, batch))
    return found, {}


def _reader(rules: Sequence[CardRule], batch: Sequence[ShownFile]) -> Callable[[str], list[Row]]:
    return lambda text: tags(text, rules, batch)


def _text(index: Row, sources: Files) -> str:
    """The file as it was indexed. Unusable where it is not: then the card cannot be judged."""
    try:
        with sources.open(index["path"]) as stream:
            content = stream.read(HELD + 1)
    except OSError as error:
        raise Unusable(f"{index['path']}: {error.strerror}; scan it again") from None
    if hashlib.sha256(content).hexdigest() != index["sha256"]:
        raise Unusable(f"{index['path']} changed since it was indexed; scan it again")
    return content.decode(codec(index["encoding"]), "replace")


# --- STRIKE ----------------------------------------------------------------------------------------------


def _strike(card: WorkItem, sources: Files, repository: Files, ask: Ask) -> tuple[list[Row], dict[str, bytes]]:
    wanted = set(card.input.paths)
    found = [tag for tag in _records(card, repository, "tag") if tag["path"] in wanted]
    records: list[Row] = []
    for batch in batches(found, (len(tag["text"]) + 200 for tag in found)):
        records += _once_repaired(ask, ask_strikes(card.input.rules, batch), _strike_reader(batch))
    records = list(_apart(records))
    return records, {} if card.input.root else _changed(records, repository)


def _strike_reader(batch: Sequence[Row]) -> Callable[[str], list[Row]]:
    return lambda text: strikes(text, batch)


def _apart(records: Sequence[Row]) -> Iterator[Row]:
    """A replacement inside another one is not made: the next plan finds it."""
    end: dict[str, int] = {}
    for record in sorted(records, key=lambda record: (record["path"], record["start"], -record["end"])):
        if record["action"] == "replace":
            if record["start"] < end.get(record["path"], 0):
                yield {**record, "action": "overlap"}
                continue
            end[record["path"]] = record["end"]
        yield record


def _changed(records: Sequence[Row], repository: Files) -> dict[str, bytes]:
    """The repository's files with their replacements made. Unusable where one is not what was tagged."""
    edits: dict[str, list[dict[str, Any]]] = {}
    for record in records:
        if record["action"] == "replace":
            edits.setdefault(record["path"], []).append(record)
    files = {}
    for path, mine in edits.items():
        try:
            with repository.open(path) as stream:
                files[path] = struck(stream.read(), mine)
        except (OSError, ValueError) as error:
            raise Unusable(f"{path}: {error}; tag it again") from None
    return files
