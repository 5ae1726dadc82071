"""VERIFY: every digest that an index, a manifest or an evidence folder claims, computed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from factory.cards.card import WorkItem
from factory.cards.measure import sha256_of
from factory.cards.sources import Files
from factory.cards.workers.record import Row, earlier, fault
from factory.errors import CouldNotRun

MANIFEST = "hash_manifest.json"
CLAIM = {"path": "string", "root": "string?", "sha256": "string"}


class _Claim(NamedTuple):
    path: str
    root: str
    sha256: str


def verify(card: WorkItem, sources: Files, repository: Files) -> Iterator[Row]:
    """One record a claim, with what was found; a claim that does not hold has an error.

    Claims are the records (`path`, `sha256`) of the outputs that the card reads, and the entries of the
    `hash_manifest.json` files among its paths, relative to their folders.
    """
    for claim in _manifests(card, sources):
        yield _checked(claim, sources)
    for record in earlier(card, repository, CLAIM):
        claim = _Claim(record["path"], record.get("root", card.input.root), record["sha256"])
        yield _checked(claim, sources if claim.root else repository)


def _checked(claim: _Claim, files: Files) -> Row:
    record: Row = {"path": claim.path, "root": claim.root, "sha256": claim.sha256, "found": ""}
    try:
        with files.open(claim.path) as stream:
            record["found"] = sha256_of(stream)[0]
    except OSError as error:
        return record | {"error": fault(error)}
    return record if record["found"] == claim.sha256 else record | {"error": "not what was claimed"}


def _manifests(card: WorkItem, sources: Files) -> Iterator[_Claim]:
    for path in card.input.paths:
        folder, slash, name = path.rpartition("/")
        if name != MANIFEST:
            raise CouldNotRun(f"{card.id}: {path} holds no claims; let the source name {MANIFEST} files")
        try:
            with sources.open(path) as stream:
                digests = _digests(stream)
        except (OSError, ValueError) as error:
            raise CouldNotRun(f"{card.id}: {path}: {fault(error)}; make the evidence again") from None
        yield from (_Claim(folder + slash + entry, card.input.root, digest) for entry, digest in digests.items())


def _digests(stream: BinaryIO) -> dict[str, str]:
    digests = json.load(stream)
    if not isinstance(digests, dict) or not all(isinstance(digest, str) for digest in digests.values()):
        raise ValueError("not a file of name: sha256")
    if not digests:
        raise ValueError("claims nothing")
    return digests
