"""Where a test is written: in the class it runs in, or in a base of it, here or in another file of the tests."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from factory.gate.altered.functions import Defined, defined
from factory.gate.altered.source import SourceText

Place = tuple[str, str]  # path, qualified name
DEEP = 8  # bases of bases


class Owners:
    """Finds places over the sources that are given."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources
        self._read: dict[str, tuple[SourceText, Defined] | None] = {}

    def source(self, path: str) -> SourceText | None:
        found = self._file(path)
        return found[0] if found else None

    def owner(self, path: str, name: str, depth: int = 0) -> Place | None:
        """None where it is not found, or is there twice."""
        file = self._file(path)
        if file is None or depth > DEEP:
            return None
        if name in file[1].functions:
            return (path, name) if len(file[1].functions[name]) == 1 else None
        above, _, method = name.rpartition(".")
        known = file[1].classes.get(above, [])[:1]
        bases = [base for node in known for base in node.bases] or [ast.Name(above or name)]
        for base in bases:
            for place, kind in self._meant(path, base):
                if owner := self.owner(place, f"{kind}.{method}" if above else kind, depth + 1):
                    return owner
        return None

    def _file(self, path: str) -> tuple[SourceText, Defined] | None:
        if path not in self._read:
            try:
                source = SourceText(self._sources[path])
                self._read[path] = (source, defined(source.tree))
            except (KeyError, ValueError, RecursionError):
                self._read[path] = None
        return self._read[path]

    def _meant(self, path: str, base: ast.expr) -> list[Place]:
        """What the name of a class (or of a function that is imported) may stand for."""
        file = self._file(path)
        if file is None:
            return []
        if isinstance(base, ast.Name) and base.id in file[1].classes:
            return [(path, base.id)]
        name = base.id if isinstance(base, ast.Name) else base.attr if isinstance(base, ast.Attribute) else ""
        bound = base.value.id if isinstance(base, ast.Attribute) and isinstance(base.value, ast.Name) else name
        found = []
        for node in ast.walk(file[0].tree):
            if isinstance(node, ast.ImportFrom):
                for alias in (a for a in node.names if (a.asname or a.name) == bound):
                    whole = bound != name
                    module = ".".join(p for p in (node.module, alias.name if whole else "") if p)
                    found += [(place, name if whole else alias.name) for place in self._paths(path, module, node.level)]
            elif isinstance(node, ast.Import) and isinstance(base, ast.Attribute):
                modules = [a.name for a in node.names if (a.asname or a.name) == bound]
                found += [(place, name) for module in modules for place in self._paths(path, module, 0)]
        return found

    def _paths(self, path: str, module: str, level: int) -> list[str]:
        """The one source that a module's name means; none where it could be two."""
        tail, folder = module.replace(".", "/"), path.split("/")[: -(level or 1)]
        beside = "/".join((*folder, tail) if tail else folder)
        found = [p for p in (f"{beside}.py", f"{beside}/__init__.py".lstrip("/")) if p in self._sources]
        if not found and not level:
            found = [p for p in self._sources if f"/{p}".endswith((f"/{tail}.py", f"/{tail}/__init__.py"))]
        return found if len(found) == 1 else []
