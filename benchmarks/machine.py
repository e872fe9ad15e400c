"""What the pages of results say of the machine, and of a bar."""

import os
import platform
import statistics
import time
from pathlib import Path

ADDITIONS = 1_000_000


def verdict(met: bool) -> str:
    return "bar met" if met else "bar **missed**"


def cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def pace() -> float:
    """Milliseconds of processor time that a million additions in Python take: what a core gives
    just now. A shared machine's neighbours can halve it, and no load average tells of them."""
    began, total = time.process_time(), 0
    for number in range(ADDITIONS):
        total += number
    return 1000 * (time.process_time() - began)


def paces(found: list[float]) -> str:
    """How a page tells what ``pace`` gave while its figures came about."""
    return (
        f"A million additions in Python took {statistics.median(found):.0f} ms of processor time "
        f"meanwhile ({min(found):.0f} to {max(found):.0f})"
    )


def memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
