"""The commands, by what a person wants: each parses, calls, prints, and says how it ends."""
