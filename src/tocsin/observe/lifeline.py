"""No process outlives the one that answers for it, whatever killed that one (kill -9 included)."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

#: set for a child by whoever starts it: its own process id
PARENT = "TOCSIN_PARENT"
_PR_SET_PDEATHSIG = 1


def tie_to_parent(*, patience_s: float = 8.0) -> None:
    """SIGTERM to this process when its parent dies; if it has not ended ``patience_s`` later, it is cut off.

    Linux tells us at once (prctl(2) PR_SET_PDEATHSIG); a thread that looks once a second covers other systems
    and the moment before the call. A parent that has named itself (``PARENT``) may even have died before.
    """
    parent = int(os.environ.pop(PARENT, "") or os.getppid())  # not for our own children to take for theirs
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(patience_s)
        os._exit(1)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
