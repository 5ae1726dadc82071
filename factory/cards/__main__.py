"""One card by its built-in worker, in the working directory: `python -m factory.cards CARD.jsonl`, inside a sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

from factory.cards.backlog import read_backlog
from factory.cards.run import run_card
from factory.errors import Exit, FactoryError, Mistake
from factory.plain import many


def main(path: str) -> Exit:
    """Ends as every command does: the exit code, and one line on stderr."""
    try:
        cards = read_backlog(Path(path).read_bytes(), path)
        if len(cards) != 1:
            raise Mistake(many(len(cards), "card"), path=path, remedy="give a file with one")
        run_card(cards[0], Path.cwd())
    except FactoryError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit
    except OSError as error:
        sys.stderr.write(f"{error.filename or path}: {error.strerror}; look at the disk and its permissions\n")
        return Exit.COULD_NOT_RUN
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
