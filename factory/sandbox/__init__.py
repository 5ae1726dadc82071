"""Where code that nobody trusts runs: bubblewrap, a container or, written out, nothing; within limits."""
