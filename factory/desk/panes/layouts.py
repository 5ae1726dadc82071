"""Named layouts of panes: one JSON document of a person's own configuration, never in a repository."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from factory import files
from factory.desk.panes.catalogue import chosen
from factory.errors import Mistake
from factory.plain import json_text

NAME = re.compile(r"[\w-]{1,40}")
FILE = "layouts.json"


def layouts_at(environ: Mapping[str, str]) -> Path:
    """Where they lie: `$XDG_CONFIG_HOME/stampmill/layouts.json`."""
    base = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME") or "~").expanduser() / ".config"
    return Path(base) / "stampmill" / FILE


def layouts(environ: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Name -> panes. Mistake where the file is not what it should be; what it names and is not there is left out."""
    at = layouts_at(environ)
    try:
        found = json.loads(at.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Mistake(f"this is no JSON: {error}", path=str(at), remedy="mend it, or take it away") from None
    if not isinstance(found, dict) or not all(isinstance(panes, list) for panes in found.values()):
        raise Mistake('it is no table of lists, such as {"night": ["line"]}', path=str(at), remedy="mend it")
    known = {name: chosen(",".join(map(str, panes))) for name, panes in found.items() if NAME.fullmatch(name)}
    return {name: panes for name, panes in known.items() if panes}


def keep(environ: Mapping[str, str], asked: str) -> tuple[str, tuple[str, ...]]:
    """Keep one, asked for as `night=line,money`. Mistake where it is none."""
    name, _, names = asked.partition("=")
    panes = chosen(names)
    if not NAME.fullmatch(name) or not panes or len(panes) != len(names.split(",")):
        raise Mistake(f"{asked!r} is no layout", remedy="name one to four panes, as in `night=line,queue,money,git`")
    all_ = {**{name: list(panes) for name, panes in layouts(environ).items()}, name: list(panes)}
    files.put(layouts_at(environ), (json_text(all_) + "\n").encode())
    return name, panes
