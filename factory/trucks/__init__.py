"""Cards on the line: trucks of packets, halves of three, one stamp a half, and the chain from plan to report."""
