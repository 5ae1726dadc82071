"""What `init` reads off the machine and the repository, so that its files are right as they stand."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from factory.git.repo import Repo
from factory.rooms.generated import built

LOCALTIME = Path("/etc/localtime")
WHEELS = ".github/stampmill"  # where CI finds the factory that no address brings
CODE, MANY = (".py", ".so"), 50
GENERATED = """

# What an installation wrote among your sources and git ignores: rooms hold it as it lies in your checkout.
[sandbox]
generated = {0}"""


def zone(environ: Mapping[str, str]) -> str:
    """The machine's own time zone, by its IANA name; UTC where it has none that is known."""
    named = environ.get("TZ", "").lstrip(":")
    link = os.path.realpath(LOCALTIME).partition("zoneinfo/")[2]
    return next((name for name in (named, link.removeprefix("posix/")) if name and _is_zone(name)), "UTC")


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        return False
    except KeyError:
        return False


def generated(repo: Repo, product: Iterable[str]) -> str:
    """The setting for what an installation wrote among the product's files, ignored by git; empty: nothing did."""
    folders = [glob for glob in product if glob.endswith("/**")]
    named = sorted(built(repo, (f"{folder}/*{end}" for folder in folders for end in CODE)))[:MANY]
    return GENERATED.format(json.dumps(named, ensure_ascii=False)) if named else ""


def environment(root: Path) -> Path | None:
    """The repository's own environment, where the gate finds its Python; None where there is none."""
    return next((root / name for name in (".venv", "venv") if (root / name / "bin" / "python").exists()), None)


def without_pytest(root: Path) -> str:
    """That environment, where the gate would look for pytest and not find it; empty: there is none."""
    own = environment(root)
    lacks = own and not any(own.glob("lib/python*/site-packages/pytest"))
    return own.name if own and lacks else ""


def would_be_ignored(repo: Repo, path: str) -> bool:
    """Whether git ignores what lies at a path, be it there or not."""
    return repo.ask("check-ignore", "-q", "--", path, cwd=repo.work_tree)[0] == 0


def not_ignored(repo: Repo) -> list[str]:
    """Environments in the checkout that git would take for a person's work."""
    asked = ("ls-files", "-z", "--others", "--exclude-standard", "--", "pyvenv.cfg", "*/pyvenv.cfg")
    found = repo.ask(*asked, cwd=repo.work_tree)[1].decode("utf-8", "replace").split("\0")
    return [path.removesuffix("pyvenv.cfg") for path in found if "/" in path]


def has_identity(repo: Repo) -> bool:
    """Whether git knows who commits here."""
    return all(repo.ask("config", f"user.{key}", cwd=repo.work_tree)[1].strip() for key in ("name", "email"))


def requirement() -> tuple[str, str]:
    """What `pip install` takes on another machine to get this factory; where nothing is known, also where to build it.

    A release comes by its name, a clone by the address that it was cloned from. Else a wheel in the repository itself.
    """
    try:
        found = distribution("stampmill")
    except PackageNotFoundError:
        return f"{WHEELS}/*.whl", ""
    told = json.loads(found.read_text("direct_url.json") or "{}")
    address = str(told.get("url", ""))
    if not address:
        return f"stampmill=={found.version}", ""
    if "vcs_info" in told:
        return f"stampmill @ git+{address}@{told['vcs_info'].get('commit_id', 'HEAD')}", ""
    if not address.startswith("file:"):
        return f"stampmill @ {address}", ""
    folder = unquote(urlsplit(address).path)
    origin = _origin(Path(folder))
    return (f"stampmill @ git+{origin}", "") if origin else (f"{WHEELS}/*.whl", folder)


def _origin(clone: Path) -> str:
    """The address that a clone came from, where any machine may ask it; empty elsewhere."""
    try:
        with Repo(clone) as repo:
            told = repo.ask("config", "remote.origin.url")[1].decode("utf-8", "replace").strip()
    except Exception:  # no clone, or not ours to read: then there is no address
        return ""
    return told if re.fullmatch(r"https://[\w.-]+(:\d+)?/[\w./~-]+", told) else ""
