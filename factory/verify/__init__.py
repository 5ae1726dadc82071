"""Every stamp proved again from git alone, and its gate run again on demand."""
