"""The verdict: tiers, what ran and how it ended, red before and green after, and the class of a failure."""
