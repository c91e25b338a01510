"""Changes of entities that somebody subscribed to, in the order of their commits (docs/adr/0015)."""
