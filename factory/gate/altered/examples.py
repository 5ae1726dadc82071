"""The expected outputs of examples in documents and docstrings, as doctest reads them."""

from __future__ import annotations

import re

from factory.gate.altered.scalars import Scalar

SUFFIXES = {".txt", ".md", ".rst", ".py"}
# An example, its further lines, and what it prints: up to an empty line, the next example, or the end of the string.
EXAMPLE = re.compile(
    r"^(?P<indent>[ ]*)>>>[ ].*\n(?:(?P=indent)\.\.\.(?:[ ].*)?\n)*"
    r"(?P<want>(?:(?P=indent)(?!>>>)(?![ ]*$)(?!.*(?:\"\"\"|'''|```)).+\n?)*)",
    re.MULTILINE,
)
WORD = re.compile(r"[^\W_]+(?:\.\d+)?")


def outputs(text: str) -> list[Scalar]:
    """One place of each example that prints: the last line's last word or number, or a traceback's exception."""
    found = []
    for example in EXAMPLE.finditer(text):
        if "+SKIP" in example[0] or not example["want"].strip():
            continue
        lines = example["want"].rstrip("\n").split("\n")
        start = example.start("want") + len(example["want"].rstrip("\n")) - len(lines[-1])
        words = list(WORD.finditer(lines[-1]))
        if words:
            traceback = lines[0].strip().startswith("Traceback")
            word = words[0] if traceback else words[-1]
            found.append(Scalar(start + word.start(), start + word.end(), word[0]))
    return found
