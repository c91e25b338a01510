"""The temporal evolution of entities (clauses 4.5.7-4.5.9, 4.5.19, 4.11, 5.6.11-5.6.16, 5.7.3, 5.7.4)."""
