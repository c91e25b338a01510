"""Contexts that this installation hosts for others (clauses 5.13 and 6.29)."""
