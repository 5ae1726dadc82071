"""A small shop."""

from shop.prices import shown, total

__all__ = ["shown", "total"]
