"""Processes that answer queries and read batches: the interpreter of the door is left to calls (ADR 23)."""
