"""Names of the columns that one series has in ``table.Table.f`` (float64), and of its scores.

Struct of arrays: a row is a series, a column one quantity, so that a round of readings is gathered, computed
and written back with one numpy call each.
"""

from __future__ import annotations

from typing import Final

_names = (
    "T T_FIRST N X1 E1 E2 "  # last time (s), first time, readings, last value, last two residuals
    "CAD CAD_REF N_CAD "  # learnt interval (s), the one that short-term scales belong to, readings since
    "DAY DAYS TAIL_DAYS TODAY "  # current local day, days begun, days in the tail, readings today
    "LEVEL N_LEVEL SG N_SG QUANTUM MIN MAX "  # level; global mean |e|; smallest step; extremes seen
    "D RC RV "  # slow deviation; its regression: covariance, variance
    "ZBAR CU CD JS N_JS "  # short window of z; CUSUM up, down; scale of jumps
    "RUN RUN_T PEQ N_EQ "  # repeats of a value, since when, chance of a repeat
    "MID HALF SEASONAL "  # last expectation, half width of the usual band, z-scores spoken (0/1)
    "OVER_UP OVER_DN ONSET_UP ONSET_DN CALM RATIO HOT_T FIRE "  # persistence and verdict of the round
    "IMP IMP_T IMP_X LO HI CIRCULAR "  # impossible readings; physical bounds; a direction (0/1)
    "HEARD DSLOW N_DRIFT TR_POS TR_T EV_POS"  # last one live (0/1); slow z for drift; rings
).split()

#: Column index by name; modules take the ones they need as plain ints at import.
COLUMN: Final = {name: k for k, name in enumerate(_names)}
COLUMNS: Final = len(_names)

#: The scores of a reading, each with a tail of its own (``tail.py``). ``DRIFT`` and silence come at ticks.
UP, DOWN, CUSUM_UP, CUSUM_DOWN, JUMP, SPIKE, FLAT, GAP, DRIFT = range(9)
SCORES: Final = 9

#: Bits of ``FIRE``: what asked to be heard since the last tick.
FIRE_UP, FIRE_DOWN, FIRE_SPIKE, FIRE_FLAT, FIRE_IMPOSSIBLE, FIRE_DRIFT, FIRE_SILENT = (1, 2, 4, 8, 16, 32, 64)
