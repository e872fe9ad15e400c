"""The results page, docs/benchmarks-desk.md, from runs' figures."""

import os
import platform
from collections import Counter
from datetime import date
from importlib.metadata import version

from benchmarks.desk.load import BAR_SECONDS, Load
from benchmarks.desk.nurses import DEEDS, THINKS_SECONDS
from benchmarks.machine import cpu, memory_gb, verdict

PACKAGES = ("bentoml", "fastapi", "sqlalchemy", "psycopg", "uvicorn", "aiohttp")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def head(command: str, people: int, units: int, places: int) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    least, most = THINKS_SECONDS
    mix = ", ".join(f"{name} {share:.0%}" for name, share in DEEDS.items())
    return f"""# Benchmarks of the nurse's desk

Written by `{command}`; do not edit.
The service runs as `framsynt serve` starts it; it, the nurses and the database share one machine
(load when this page was written: {os.getloadavg()[0]:.1f}).

- Machine: {cpu()}, {os.cpu_count()} cores, {memory_gb():.0f} GB of memory, {platform.system()}
- Python {platform.python_version()}, {packages}
- {date.today().isoformat()}

A simulated region of {people:,} people at {units} care units, {places} on each list. Every nurse
has a session and a care unit of her own. She reads her list, then does something {least:.0f} to
{most:.0f} seconds after the last answer ({mix}); decisions are sent as the page's form sends
them. Times are the nurse's: from sending to the last byte of the page.

The bar: 99 of 100 answers within {1000 * BAR_SECONDS:.0f} ms, no call that fails, and no decision
lost or written twice."""


def section(one: Load) -> str:
    return _gone(one) if one.gone else _load(one)


def _load(one: Load) -> str:
    kinds = sorted({c.kind for c in one.done.calls}, key=list(DEEDS).index)
    rows = "\n".join(_row(one, kind, kind) for kind in kinds)
    calls, failed = len(one.done.calls), len(one.failed)
    return f"""## {NAMES[one.database]}: {one.nurses} nurses for {one.seconds:.0f} seconds

| call | calls | median, ms | 99th percentile, ms | longest, ms |
|---|---|---|---|---|
{rows}
{_row(one, "**all**", "")}

{calls / one.seconds:.0f} calls a second; {failed} failed{_statuses(one)}.
{_decisions(one)} ({verdict(one.met)})."""


def _decisions(one: Load) -> str:
    sent, told = len(one.done.sent), len(one.done.acknowledged)
    return f"""Decisions: {sent} sent, {told} acknowledged, {sum(one.found.values())} found in the
register afterwards; {one.lost} lost, {one.twice} written twice"""


def _row(one: Load, name: str, kind: str) -> str:
    calls = sum(kind in ("", c.kind) for c in one.done.calls)
    quantiles = " | ".join(f"{1000 * one.percentile(q, kind):.0f}" for q in (0.5, 0.99, 1.0))
    return f"| {name} | {calls} | {quantiles} |"


def _statuses(one: Load) -> str:
    counted = Counter(c.status for c in one.failed)
    said = ", ".join(f"{n} × {status or 'no answer'}" for status, n in sorted(counted.items()))
    return f" ({said})" if said else ""


def _gone(one: Load) -> str:
    assert one.gone is not None
    away, back = one.gone
    during = [c for c in one.done.calls if away < c.at and c.at + c.seconds < back]
    after = [c for c in one.done.calls if c.at >= back]
    plain = sum(c.status == 503 for c in during)
    slowest = max((c.seconds for c in during), default=0.0)
    right = [c.at for c in after if c.status == 200]
    wrong = [c.at + c.seconds for c in after if c.status not in (200, 409)]
    recovered = max([0.0, *(at - back for at in wrong)])
    met = bool(right) and plain == len(during) and not (one.lost or one.twice)
    return f"""## {NAMES[one.database]} gone for {back - away:.0f} seconds, {one.nurses} nurses

Every connection broken and new ones refused from second {away:.0f} to {back:.0f}; nothing was
restarted. While it was gone {len(during)} calls were answered, {plain} of them with 503 and a page
that says so, the slowest after {1000 * slowest:.0f} ms. After it was back, {len(wrong)} of
{len(after)} calls still failed, the last one {recovered:.1f} s after. {_decisions(one)}
({verdict(met)}: clear answers, and all well again by itself)."""
