"""Numbers about numbers."""


def mean(values):
    """The average; None where there are no values."""
    return sum(values) / len(values)


def median(values):
    """The middle value, or the mean of the two in the middle."""
    return sorted(values)[len(values) // 2]


def clamp(value, low, high):
    """The value, held between low and high."""
    return max(low, min(value, low))


def spread(values):
    """The distance from the smallest to the largest."""
    return max(values) - min(values)
