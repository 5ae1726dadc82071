from __future__ import annotations

import hashlib
import json

import pytest

from factory.cards.backlog import json_line
from factory.cards.card import Input, WorkItem
from factory.cards.shapes import misfit
from factory.cards.sources import TreeFiles
from factory.cards.workers.seal import seal
from factory.cards.workers.verify import verify
from factory.errors import CouldNotRun
from factory.tree import MemoryTree
from tests.cards.plans import card


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def rooted(item: WorkItem, root: str) -> WorkItem:
    return item.model_copy(update={"input": Input(**{**dict(item.input), "root": root})})


def test_a_seal_has_the_digest_of_every_file() -> None:
    files = TreeFiles(MemoryTree({"a": b"1", "b": b""}))
    records = list(seal(card("SEAL", paths=("a", "b", "gone")), files, files))
    assert [(r["path"], r["size"], r["sha256"], bool(r.get("error"))) for r in records] == [
        ("a", 1, digest(b"1"), False),
        ("b", 0, digest(b""), False),
        ("gone", 0, "", True),
    ]
    assert [misfit(record, "seal") for record in records] == [""] * 3


def test_a_seal_of_outputs_is_of_the_repository_and_verifies_there() -> None:
    outside, repository = TreeFiles(MemoryTree({"a": b"1"})), {"out": b"2"}
    sealed = list(seal(rooted(card("SEAL", reads=("out",)), "/data"), outside, TreeFiles(MemoryTree(repository))))
    manifest = b"".join(map(json_line, sealed))
    there = TreeFiles(MemoryTree({**repository, "manifest": manifest}))
    (record,) = verify(rooted(card("VERIFY", reads=("manifest",)), "/data"), outside, there)
    assert (record["found"], record["root"], "error" in record) == (digest(b"2"), "", False)


@pytest.mark.parametrize(("content", "error"), [({"a": b"1"}, ""), ({"a": b"2"}, "not what was claimed"), ({}, "gone")])
def test_a_claim_is_computed_again(content: dict[str, bytes], error: str) -> None:
    claims = json_line({"path": "a", "sha256": digest(b"1")})
    there = TreeFiles(MemoryTree({**content, "index": claims}))
    (record,) = verify(card("VERIFY", reads=("index",)), there, there)
    assert misfit(record, "verify") == ""
    assert bool(record.get("error")) == bool(error)
    if error == "not what was claimed":
        assert record["error"] == error


def test_the_manifest_of_an_evidence_folder_is_verified_where_it_lies() -> None:
    manifest = json.dumps({"stdout.txt": digest(b"1"), "exitcode.txt": digest(b"0")})
    files = {"e/hash_manifest.json": manifest, "e/stdout.txt": "1", "e/exitcode.txt": "1", "stdout.txt": "x"}
    there = TreeFiles(MemoryTree(files))
    records = list(verify(card("VERIFY", paths=("e/hash_manifest.json",)), there, there))
    assert [(r["path"], "error" in r) for r in records] == [("e/stdout.txt", False), ("e/exitcode.txt", True)]


@pytest.mark.parametrize("manifest", ["{}", "[]", '{"a": 1}', "nonsense"])
def test_a_manifest_that_claims_nothing_stops_the_card(manifest: str) -> None:
    there = TreeFiles(MemoryTree({"e/hash_manifest.json": manifest, "other.txt": "x"}))
    for path in ("e/hash_manifest.json", "other.txt", "gone/hash_manifest.json"):
        with pytest.raises(CouldNotRun, match=path):
            list(verify(card("VERIFY", paths=(path,)), there, there))
