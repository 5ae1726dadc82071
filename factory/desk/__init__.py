"""The desk: one read model, the ledger followed as values, and one list of typed commands."""
