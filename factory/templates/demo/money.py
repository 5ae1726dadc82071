"""Amounts in won: whole numbers."""


def with_tax(amount, percent):
    """The amount with tax, rounded half up."""
    return int(amount + amount * percent / 100)


def split(amount, people):
    """Shares that add up to the amount; the first ones pay the odd won."""
    return [amount // people] * people


def show(amount):
    """`1234567` -> `₩1,234,567`; a minus stands before the sign."""
    return f"₩{amount:,}"


def parse(text):
    """`₩1,234` -> 1234."""
    return int(text.replace("₩", ""))
