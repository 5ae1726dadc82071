"""The order of `factory --help`: by what a person wants, a few commands in sight and the rest below."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from typer.core import TyperGroup

# what a person wants -> the commands in sight, and the rest
MENU: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Begin": (("init", "demo"), ("help", "add", "import", "plan", "scan", "workers", "ping")),
    "Work": (("dry", "run"), ("submit", "schedule", "stop", "resume")),
    "Look": (("status", "report"), ("serve", "top", "log", "kpi", "metrics", "alerts", "kb", "traces")),
    "Mend": (("retry",), ("cancel", "replan", "rewind", "check-consistency")),
    "Prove": (
        ("gate", "verify"),
        ("doctor", "fast", "regression", "guard", "docops", "audit", "evidence_check"),
    ),
}


class Menu(TyperGroup):
    """Lists the commands by MENU; one that MENU does not name comes last."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Two passes over the groups: what is in sight, then the rest."""
        for want, (sight, _) in MENU.items():
            self._section(ctx, formatter, want, sight)
        for want, (_, rest) in MENU.items():
            self._section(ctx, formatter, f"More: {want.lower()}", rest)
        named = {name for part in MENU.values() for names in part for name in names}
        self._section(ctx, formatter, "More", [name for name in self.list_commands(ctx) if name not in named])

    def _section(self, ctx: Any, formatter: Any, title: str, names: Iterable[str]) -> None:
        widest = max(map(len, self.list_commands(ctx)))  # one column for all sections
        limit = formatter.width - widest - 6
        found = [(name, command) for name in names if (command := self.get_command(ctx, name))]
        rows = [(name.ljust(widest), command.get_short_help_str(limit)) for name, command in found]
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows, col_max=widest)
