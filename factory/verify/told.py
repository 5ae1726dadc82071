"""What a person should know of main and is no fault: in a sentence, and for a program by its kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from factory.model import Oid

KINDS = {
    "shallow": "commits that a shallow clone cuts off, and that were not checked",
    "table": "a table that cannot be read at the tip",
    "unproven": "stamps of which no check was red before the work and green after",
    "adopted": "rows that said DONE when the tables first came",
    "claimed": "a row that claimed what no stamp proves, and does not any more",
    "judges": "a stamp that other guards let pass than these, which would refuse it",
    "unsigned": "stamps without a signature",
    "unsigned_late": "those of them that are younger than main's first list of signers",
    "unnamed": "signed stamps from when main named nobody who may sign",
    "signers": "commits that changed the list of signers after it first named somebody",
    "foreign": "stamps by a signer whom main named then and does not name now",
}


class Told(NamedTuple):
    """One thing. `number`: how many there are; `names`: the commits, rows or files, as far as they are known."""

    kind: str  # one of KINDS
    what: str
    number: int
    names: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "what": self.what, "count": self.number, "names": list(self.names)}


def shown(oids: Sequence[Oid]) -> str:
    return ", ".join(oid[:12] for oid in oids[:3]) + (", ..." if len(oids) > 3 else "")
