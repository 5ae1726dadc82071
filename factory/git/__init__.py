"""The store: objects on disk before a ref moves, one controller, stamps and events, in any kind of repository."""
