"""Work that is not a coding ticket: day plans, the cards made from them, trucks of packets, built-in workers."""
