"""One question for several tickets of one scope, and its answer taken apart again. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from factory.model import Plan
from factory.proposals.context import Context
from factory.proposals.hunks import SCHEMA
from factory.proposals.prompt import INSTRUCTIONS, prompt

TOGETHER = (
    INSTRUCTIONS
    + """\
- There are several tickets. Each is a change of its own to the files as they are shown: it is applied alone, judged \
alone, and must not rely on another's edits. Answer once for each, by its id.
"""
)


def schema(tickets: Sequence[str]) -> dict[str, Any]:
    """The schema of a single answer, once for each ticket."""
    one = {**SCHEMA, "properties": {"ticket": {"type": "string", "enum": list(tickets)}, **SCHEMA["properties"]}}
    return {
        "type": "object",
        "properties": {"tickets": {"type": "array", "items": {**one, "required": ["ticket", *SCHEMA["required"]]}}},
        "required": ["tickets"],
    }


def joined(plans: Sequence[Plan]) -> Plan:
    """A plan with the words of all, by which the files to show are chosen."""
    return plans[0].model_copy(
        update={
            "title": " ".join(plan.title for plan in plans),
            "description": "\n".join(plan.description for plan in plans),
            "criteria": tuple(criterion for plan in plans for criterion in plan.criteria),
        }
    )


def question(plans: Sequence[Plan], rules: str, context: Context, about: str = "") -> str:
    """Rules and files once, then ticket after ticket."""
    first, *others = plans
    rest = [prompt(plan, "", Context((), ())) for plan in others]
    return "\n".join([prompt(first, rules, context, about), *rest])


def parts(text: str, tickets: Sequence[str]) -> dict[str, str]:
    """Each ticket's own answer as the text of a single one; empty where there is none, or more than one."""
    try:
        found = json.loads(text)["tickets"]
        given = [(one["ticket"], one) for one in found]
    except (ValueError, KeyError, TypeError, RecursionError):
        return dict.fromkeys(tickets, "")
    own = {ticket: [one for name, one in given if name == ticket] for ticket in tickets}
    return {ticket: json.dumps(ones[0]) if len(ones) == 1 else "" for ticket, ones in own.items()}
