"""Context source registrations (clauses 5.2.9 to 5.2.11, 5.9, 5.10): kept, not forwarded to."""
