"""A word in the night: what a run tells people who are not there, through receivers of their choice."""
