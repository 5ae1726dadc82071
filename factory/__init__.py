"""stampmill: a Git-native software factory."""

__version__ = "0.1.0"
