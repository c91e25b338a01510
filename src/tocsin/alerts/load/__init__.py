"""The alarm load, in the figures of ISA-18.2-2016 (clause 16.5) and EEMUA 191."""

from tocsin.alerts.load.repository import AlarmLoad, load

__all__ = ["AlarmLoad", "load"]
