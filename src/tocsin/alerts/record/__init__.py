"""Each tool's record: how often what it said was confirmed, from what people decided."""

from tocsin.alerts.record.report import ToolRecord, record

__all__ = ["ToolRecord", "record"]
