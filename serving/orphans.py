"""A service does not outlive what started it.

``kill -9`` ends a process without a word to its children: they would go on, hold the port, and
nobody would know of them. So each one looks every second whether its parent is still there.

``python -m serving.orphans PARENT MODULE ARGUMENTS…`` runs ``python -m MODULE ARGUMENTS…`` that
stops when the process PARENT has gone.
"""

import os
import runpy
import signal
import sys
import threading
import time

LOOK_EVERY_SECONDS = 1.0
LONGEST_GOODBYE_SECONDS = 20.0
"""A process that has been told to stop and is still there then is ended."""


def stop_with(parent: int) -> None:
    """From now on, this process stops when it is no longer a child of ``parent``."""
    threading.Thread(target=_watch, args=(parent,), name="orphans", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LONGEST_GOODBYE_SECONDS)
    os._exit(1)


def main() -> None:
    parent, module = int(sys.argv[1]), sys.argv[2]
    stop_with(parent)
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
