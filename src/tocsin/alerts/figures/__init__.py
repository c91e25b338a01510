"""How well a room's alarms are kept: ISA-18.2, IEC 62682 and EEMUA 191 in figures, each beside its target."""

from tocsin.alerts.figures.report import PERIODS, AlarmFigures, figures

__all__ = ["PERIODS", "AlarmFigures", "figures"]
