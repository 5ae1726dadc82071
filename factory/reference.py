"""`docs/reference.md`, generated from the settings' model: a description and a default for every key."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from factory.settings import PROTECTED, Course, Courses, Price, Settings, Worker

HEAD = """# Settings

`ssot/factory.toml`, read from the tip of the main branch. Every key has a default; an unknown key is an error that
names it and the nearest right one. This page is generated from the model (`factory/settings.py`).
"""


def reference() -> str:
    """The whole page."""
    parts = [HEAD]
    for name, field in Settings.model_fields.items():
        if name not in ("workers", "risk"):
            parts.append(_table(f"[{name}]", typing.cast(type[BaseModel], field.annotation)))
    parts.append(_table("[workers.NAME]", Worker))
    parts.append(_table("[workers.NAME.price]", Price))
    for risk in Courses.model_fields:
        parts.append(_table(f"[risk.{risk}]", Course, Courses.model_fields[risk].default))
    parts.append("## Built-in protected paths\n\nNo change may touch these, whatever its ticket says:\n\n")
    parts[-1] += "".join(f"- `{glob}`\n" for glob in PROTECTED)
    return "\n".join(parts)


def _table(title: str, model: type[BaseModel], values: BaseModel | None = None) -> str:
    return f"## `{title}`\n\n| key | default | meaning |\n|---|---|---|\n" + "".join(_rows(model, values))


def _rows(model: type[BaseModel], values: BaseModel | None) -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = getattr(values, name) if values else field.default
        yield f"| `{name}` | {_shown(field, default)} | {field.description} |\n"


def _shown(field: FieldInfo, default: Any) -> str:
    if field.is_required():
        return "required"
    if default is None or default in ("", ()):
        return "none"
    return f"`{json.dumps(default)}`"
