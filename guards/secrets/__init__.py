"""No key in what the change adds. A finding names the kind and the place, never the secret."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Finding
from guards.case import Case, rules, text

NAME = "secrets"
RULES = rules(__file__)


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
            yield RULES["key"].found(shown, f"the name of a touched file looks like {kind}")
        hits = tuple(find_secrets(after))
        added = {number for number, _ in case.fresh(path)} if hits else set()
        for line, kind in hits:
            if line in added:
                yield RULES["key"].found(shown, f"looks like {kind}; take it out and revoke it", line)
