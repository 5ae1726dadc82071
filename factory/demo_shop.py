"""The demo's twelve tickets, and the changes that are replayed for them: right, wrong, never right, and foul."""

from __future__ import annotations

from typing import NamedTuple


class DemoEdit(NamedTuple):
    path: str
    old: str
    new: str


class DemoTicket(NamedTuple):
    """One ticket: its row, its check, and one list of edits an attempt."""

    title: str
    check: str
    priority: str
    deps: str
    attempts: tuple[tuple[DemoEdit, ...], ...]


def _one(path: str, old: str, new: str) -> tuple[DemoEdit, ...]:
    return (DemoEdit(path, old, new),)


TEXT, MONEY, STATS = "shop/text.py", "shop/money.py", "shop/stats.py"
_SHORT = '    return text[:limit] + "…" if len(text) > limit else text'
_TAX = "    return int(amount + amount * percent / 100)"
_SPLIT = "    return [amount // people] * people"

JOBS: dict[str, DemoTicket] = {
    "D-001": DemoTicket("Slugs without punctuation", "test_text.py -k slug", "P1", "", (
        _one(TEXT, '    return title.lower().replace(" ", "-")',
             '    kept = "".join(c for c in title.lower() if c.isalnum() or c.isspace())\n'
             '    return "-".join(kept.split())'),
    )),
    "D-002": DemoTicket("Shortened texts hold their limit", "test_text.py -k shorten", "P1", "", (
        _one(TEXT, _SHORT, '    return text[: limit - 1] + "…" if len(text) > limit else text'),
    )),
    "D-003": DemoTicket("Initials are capitals", "test_text.py -k initials", "P2", "D-001", (
        _one(TEXT, '"".join(word[0] for word in name.split(" "))', '"".join(word[0].upper() for word in name.split())'),
    )),
    "D-004": DemoTicket("Words in any white space", "test_text.py -k count", "P2", "D-001", (
        _one(TEXT, 'len(text.split(" "))', "len(text.split())"),
    )),
    "D-005": DemoTicket("Tax is rounded half up", "test_money.py -k tax", "P0", "", (
        _one(MONEY, _TAX, "    return (amount * (100 + percent) + 50) // 100"),
    )),
    "D-006": DemoTicket("A minus before the sign", "test_money.py -k minus", "P2", "", (
        _one(MONEY, '    return f"₩{amount:,}"', "    return f\"{'-' if amount < 0 else ''}₩{abs(amount):,}\""),
    )),
    "D-007": DemoTicket("Commas are read", "test_money.py -k read", "P2", "D-006", (
        _one(MONEY, 'text.replace("₩", "")', 'text.replace("₩", "").replace(",", "")'),
    )),
    "D-008": DemoTicket("No values, no mean", "test_stats.py -k mean", "P2", "", (
        _one(STATS, "    return sum(values) / len(values)", "    return sum(values) / len(values) if values else None"),
    )),
    # Wrong first: the remainder goes to the last one, and one person pays all of it. Then right.
    "D-009": DemoTicket("Shares add up", "test_money.py -k shares", "P0", "", (
        _one(MONEY, _SPLIT, "    return [amount // people] * (people - 1) + [amount // people + amount % people]"),
        _one(MONEY, _SPLIT, "    share, odd = divmod(amount, people)\n"
                            "    return [share + 1] * odd + [share] * (people - odd)"),
    )),
    # Never right: three tries, each wrong in its own way.
    "D-010": DemoTicket("The median of an even number", "test_stats.py -k median", "P1", "", (
        _one(STATS, "    return sorted(values)[len(values) // 2]", "    return sorted(values)[len(values) // 2 - 1]"),
        _one(STATS, "    return sorted(values)[len(values) // 2]", "    return sum(values) // len(values)"),
        _one(STATS, "    return sorted(values)[len(values) // 2]", "    return values[len(values) // 2]"),
    )),
    # Foul first: it makes the failing test disappear through a protected file. Then honest.
    "D-011": DemoTicket("Clamp from above", "test_stats.py -k clamp", "P1", "", (
        _one("conftest.py", "", 'collect_ignore = ["tests/test_stats.py"]\n'),
        _one(STATS, "max(low, min(value, low))", "max(low, min(value, high))"),
    )),
    # Its check is green before any work: it proves nothing, whoever does the work.
    "D-012": DemoTicket("Spread of values", "test_stats.py -k spread", "P3", "", (
        _one(STATS, '"""Numbers about numbers."""', '"""Numbers about numbers, all of them."""'),
        _one(STATS, '"""Numbers about numbers."""', '"""Numbers that tell of numbers."""'),
        _one(STATS, '"""Numbers about numbers."""', '"""Numbers, and what they say."""'),
    )),
}  # fmt: skip
