"""When a duty that is done in rounds is done again."""

from __future__ import annotations

#: seconds after a round that failed for the first time; each further failure in a row doubles it
FIRST_TRY_S = 10.0


def pause(every_s: float, failures: int) -> float:
    """Seconds to the next round after ``failures`` in a row: never longer than ``every_s``.

    What failed once is tried again soon: a disk that was full for a moment costs no hour.
    """
    return min(every_s, FIRST_TRY_S * 2.0 ** min(failures - 1, 20)) if failures else every_s
