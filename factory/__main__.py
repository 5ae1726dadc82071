"""`python -m factory`: the command out of a clone that is not installed."""

from factory.cli import main

if __name__ == "__main__":
    main()
