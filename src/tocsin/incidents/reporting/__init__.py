"""Incidents as a report needs them: as they stood at a moment, closed ones too, log and all."""

from tocsin.incidents.reporting.repository import as_of, touched

__all__ = ["as_of", "touched"]
