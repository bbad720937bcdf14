"""Workers that do not outlive who they work for."""

import os
import threading
import time
from functools import lru_cache

__all__ = ["end_with_parent"]

_LOOKS_EVERY = 1.0  # seconds


@lru_cache(maxsize=1)
def end_with_parent(parent):
    """End this process soon after its parent, where `parent` is that process's number; elsewhere do nothing.

    A process that is killed with -9 cannot tell its workers, and joblib's were seen to wait for hours.
    """
    if os.getppid() == parent:
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent):
    """Wait for the parent to be gone, and go."""
    while os.getppid() == parent:
        time.sleep(_LOOKS_EVERY)
    os._exit(1)
