"""Alerts as a report needs them: as they stood at a moment, and the steps that led there."""

from tocsin.alerts.reporting.repository import as_of, standing, steps, steps_between, windows

__all__ = ["as_of", "standing", "steps", "steps_between", "windows"]
