"""Subscriptions and their notifications (ETSI GS CIM 009 v1.8.1, clauses 5.2.12-5.2.15, 5.3.1, 5.8)."""
