"""Names of the columns that one series has in ``table.Table.f`` (float64), and of its scores.

Struct of arrays: a row is a series, a column one quantity, so that a round of readings is gathered, computed
and written back with one numpy call each. Used as ``from tocsin.tools.anomaly import columns as c``.
"""

from __future__ import annotations

from typing import Final

# fmt: off
(
    T, T_FIRST, N, X1, E1, E2,  # last time, first time (s); readings; last value; the last two errors
    CAD, CAD_REF, N_CAD,  # learnt interval (s); the one that short-term scales belong to; readings since
    DAY, DAYS, TAIL_DAYS, TODAY,  # current local day; days begun; days in the tails; readings today
    LEVEL, N_LEVEL, SG, N_SG,  # level; overall mean absolute error; what they rest on, in half hours
    QUANTUM, MIN, MAX,  # smallest step, lowest and highest value seen
    D, RC, RV,  # slow deviation (spreads); its regression: covariance, variance
    ZBAR, CU, CD,  # short window of z; cumulative sums above and below
    JS, N_JS,  # usual size of a step (spreads); readings it rests on
    RUN, RUN_T, PEQ, N_EQ,  # repeats of a value; since when; chance of a repeat; readings it rests on
    MID, HALF, SEASONAL,  # the last expectation; half width of the usual band; season known (0/1)
    OVER_UP, OVER_DN, ONSET_UP, ONSET_DN,  # readings in a row over the threshold; since when
    CALM, HOT_T, FIRE, HEARD,  # readings in a row at rest; when last over; what fired; last one live (0/1)
    IMP, IMP_T, IMP_X,  # impossible readings, forgiven in time; the last one
    LO, HI, CIRCULAR,  # physical bounds; a direction (0/1)
    DSLOW, N_DRIFT,  # a day's mean deviation (spreads); hours in a row apart from neighbours
    TR_POS, TR_T, EV_POS,  # places in the rings of the chart and of the evidence
    COLUMNS,
) = range(55)
# fmt: on

#: The scores of a reading, each with a tail of its own (``tail.py``). Drift and silence are judged at ticks.
UP, DOWN, CUSUM_UP, CUSUM_DOWN, JUMP, SPIKE, FLAT, GAP, DRIFT, SCORES = range(10)

#: Bits of ``FIRE``: what asked to be heard since the last tick.
FIRE_UP: Final = 1
FIRE_DOWN: Final = 2
FIRE_SPIKE: Final = 4
FIRE_FLAT: Final = 8
FIRE_IMPOSSIBLE: Final = 16
FIRE_DRIFT: Final = 32
FIRE_SILENT: Final = 64
