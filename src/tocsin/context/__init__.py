"""The city as it is now: one row an entity, in step with the log."""

from tocsin.context.reader import ContextReader
from tocsin.context.stage import Context

__all__ = ["Context", "ContextReader"]
