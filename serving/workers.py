"""How many processes answer, side by side on one port.

Python works on one request at a time in each, so a second process is a second core. Beyond two,
memory is what is paid: each holds a model and the libraries (docs/benchmarks-serving.md).
What is counted in memory alone is counted by each: limits of requests and of failed logins.
"""

import os

from features.errors import SettingsError
from features.processors import processors

VARIABLE = "FRAMSYNT_WORKERS"
MOST = 64
USUAL = 2


def workers(given: int | None = None) -> int:
    """``given``, or what the environment says, or one for each core up to two.

    SettingsError for what is no such number.
    """
    said = os.environ.get(VARIABLE, "") if given is None else str(given)
    if not said:
        return min(USUAL, processors())
    if not said.isdigit() or not 1 <= int(said) <= MOST:
        raise SettingsError(
            "not a number of workers",
            where=VARIABLE if given is None else "--workers",
            do=f"Take one from 1 to {MOST}.",
        )
    return int(said)
