"""`python -m guards NAME`, or `--all`: the same as `factory guard`."""

from __future__ import annotations

import sys


def main() -> None:
    """Hand the words over to the command line, which prints and exits."""
    from factory import cli

    cli.main(["guard", *(word for word in sys.argv[1:] if word != "--all")])


if __name__ == "__main__":
    main()
