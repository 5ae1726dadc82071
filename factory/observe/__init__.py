"""What can be counted of the factory, as numbers with names, and what is said when one of them is beyond its limit.

Everything is a function of git: of the ledger's events, and of what an attempt's evidence holds where its event does
not say enough. Nothing is kept beside it, so that a restart or a kill loses no count.
"""
