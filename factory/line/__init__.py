"""The story: a shift opens the house, picks a ticket, lets a worker work, and books what came of it."""
