"""The folder of files to open: what the ledger and the stamps tell, laid beside the work tree's files."""
