"""Every benchmark answers. What it answers is for a person to read: a shared machine's clock proves nothing."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

import pytest

from bench.__main__ import BENCHMARKS
from bench.figures import Figure, as_table
from bench.size import FULL, QUICK
from factory.sandbox import process

ROOT = Path(__file__).resolve().parents[2]


def asked(*args: str) -> process.Finished:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return process.run([sys.executable, "-m", "bench", *args], cwd=ROOT, env=env, timeout=240)


@pytest.mark.prove  # half a minute; what `just bench` prints is looked at by a person
def test_every_benchmark_answers_with_a_figure_and_its_baseline() -> None:
    done = asked("--quick", "--json")
    assert (done.code, done.stderr) == (0, b"")
    figures = json.loads(done.stdout)
    assert set(Counter(f["bench"] for f in figures)) == {b.NAME for b in BENCHMARKS}
    for figure in figures:
        assert figure["value"] >= 0, figure
        assert figure["baseline"] > 0, figure
        assert figure["ratio"] == pytest.approx(figure["value"] / figure["baseline"]), figure
        assert figure["against"], figure
    cases = [(f["bench"], f["case"], f["against"]) for f in figures]
    assert len(cases) == len(set(cases))


def test_one_benchmark_alone_prints_its_table() -> None:
    done = asked("--quick", "--only", "start")
    out = done.stdout.decode()
    assert done.code == 0
    assert "| factory --help |" in out
    assert out.count("## ") == 1


def test_an_unknown_benchmark_is_refused() -> None:
    done = asked("--only", "nothing")
    assert done.code == 2
    assert b"invalid choice" in done.stderr


def test_the_full_size_is_what_was_asked_for() -> None:
    assert FULL.files == (100, 5_000, 50_000)
    assert FULL.stamps == (0, 1_000, 10_000)
    assert FULL.events == (0, 10_000, 100_000)
    assert FULL.tickets == 120
    assert {(files, 0) for files in FULL.files} | {(50_000, 10_000)} <= set(FULL.cases())
    assert QUICK.files[-1] < FULL.files[-1]


def test_a_table_says_what_a_figure_lacks_by_an_empty_cell() -> None:
    rows = as_table([Figure("x", "a case", 3.0, "ms", 2.0, "a baseline"), Figure("x", "b", 1234.5, "ms")]).splitlines()
    assert [cell.strip() for cell in rows[2].strip("|").split("|")] == [
        "a case", "3.00 ms", "2.00 ms", "1.50", "", "", "", "a baseline",
    ]  # fmt: skip
    assert [cell.strip() for cell in rows[3].strip("|").split("|")] == ["b", "1,234 ms", "", "", "", "", "", ""]
    assert len({len(row) for row in rows}) == 1
