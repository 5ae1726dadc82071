"""Altered judges of SQLite files: the same tables with other values."""

from __future__ import annotations

import sqlite3

from factory.gate.altered.dice import Dice
from factory.gate.altered.nouns import told

MAGIC = b"SQLite format 3\0"
JOURNAL = slice(18, 20)  # 2, 2 where the file waits for a log beside it, which memory has none of
STEPS = 20_000_000  # of the virtual machine, then it is broken off


def changed(data: bytes, dice: Dice, all_of_them: bool) -> tuple[bytes, str] | None:
    """The altered file and what is altered; None where it cannot be read, or nothing can be changed."""
    image = bytearray(data)
    image[JOURNAL] = b"\1\1"
    db = sqlite3.connect(":memory:")
    try:
        db.deserialize(bytes(image))
        db.set_progress_handler(lambda: 1, STEPS)
        db.execute("PRAGMA trusted_schema = OFF")
        done = []
        for table, column in reversed(_columns(db)):
            what = _change(db, table, column, dice, all_of_them)
            done += [what] if what else []
            if done and not all_of_them:
                break
        db.commit()
        return (db.serialize(), done[0]) if done else None
    except sqlite3.Error:
        return None
    finally:
        db.close()


def _columns(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Table and column, keys left out."""
    tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").fetchall()
    found = []
    for (table,) in tables:
        rows = db.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
        plain = [row[1] for row in rows if not row[5]]
        found += [(table, column) for column in plain or [row[1] for row in rows]]
    return found


def _change(db: sqlite3.Connection, table: str, column: str, dice: Dice, all_of_them: bool) -> str | None:
    name, place = _quoted(table), _quoted(column)
    last = db.execute(f"SELECT {place} FROM {name} ORDER BY rowid DESC LIMIT 1").fetchone()
    if last is None:
        return None
    by, word = 1000 + dice.below(9000), dice.word(6)
    where = "" if all_of_them else f" WHERE rowid = (SELECT max(rowid) FROM {name})"
    db.execute("SAVEPOINT one")
    try:
        db.execute(
            f"UPDATE {name} SET {place} = CASE typeof({place}) WHEN 'integer' THEN {place} + {by} "
            f"WHEN 'real' THEN {place} + {by} WHEN 'blob' THEN CAST({place} || '{word}' AS BLOB) "
            f"WHEN 'null' THEN '{word}' ELSE {place} || '{word}' END{where}"
        )
        new = db.execute(f"SELECT {place} FROM {name} ORDER BY rowid DESC LIMIT 1").fetchone()
    except sqlite3.Error:  # a rule of the table's own stands against it
        db.execute("ROLLBACK TO one")
        return None
    return f"{table}.{column}: {told(str(last[0]), str(new[0]))}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
