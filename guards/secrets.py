"""No key in what the change adds. A finding names the kind and the place, never the secret."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Finding
from guards.case import Case, Rule, text

NAME = "secrets"
KEY = Rule(
    "secrets/key",
    forbids="a key, or a long random value under a name like `password`, in an added line or a file's name",
    why="what is in git is with everybody who has a clone, for good",
    bad='shop/keys.py\n+KEY = "AKIA' + 'Q3EGRUZ7LWNXP5TD"',  # apart: this file holds none
    good='shop/keys.py\n+KEY = os.environ["SHOP_KEY"]',
)
RULES = (KEY,)


def check(case: Case) -> Iterator[Finding]:
    """Judges added lines, and the names of the files that the change touched."""
    from factory.records.redact import find_secrets

    for path in case.touched:
        after = text(case.tree, path)
        if after is None:
            continue
        named = [kind for _, kind in find_secrets(path)]
        shown = "-" if named else path
        for kind in named:
            yield KEY.found(shown, f"the name of a touched file looks like {kind}")
        hits = tuple(find_secrets(after))
        added = {number for number, _ in case.added(path)} if hits else set()
        for line, kind in hits:
            if line in added:
                yield KEY.found(shown, f"looks like {kind}; take it out and revoke it", line)
