"""`python -m bench [--quick] [--only NAME] [--json]`: each benchmark prints a table."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from bench import cards, gate, ledger, line, metrics, room, stamp, start, status, turn
from bench.figures import Figure, as_table
from bench.size import FULL, QUICK, Size


class Benchmark(Protocol):
    """What every module in BENCHMARKS has."""

    NAME: str
    __doc__: str | None

    def measure(self, size: Size, where: Path) -> Iterator[Figure]:
        """Figures as they come; `where` is an empty folder of its own."""


BENCHMARKS: tuple[Benchmark, ...] = (start, status, stamp, line, ledger, room, gate, turn, cards, metrics)


def main() -> None:
    asked = _arguments()
    size = QUICK if asked.quick else FULL
    figures: list[Figure] = []
    for benchmark in BENCHMARKS:
        if asked.only in (None, benchmark.NAME):
            if not asked.json:
                print(f"\n## {benchmark.NAME}\n{(benchmark.__doc__ or '').strip()}\n", flush=True)
            found = _measured(benchmark, size)
            figures += found
            if not asked.json:
                print(as_table(found), flush=True)
    if asked.json:
        print(json.dumps([figure.as_json() for figure in figures], indent=1))


def _measured(benchmark: Benchmark, size: Size) -> list[Figure]:
    where = Path(tempfile.mkdtemp(prefix=f"bench-{benchmark.NAME}-"))
    try:
        return list(benchmark.measure(size, where))
    finally:
        shutil.rmtree(where, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed as ratios against a baseline.")
    parser.add_argument("--quick", action="store_true", help="small sizes, under 30 seconds")
    parser.add_argument("--only", choices=[b.NAME for b in BENCHMARKS], help="one benchmark")
    parser.add_argument("--json", action="store_true", help="print one JSON list and nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    main()
