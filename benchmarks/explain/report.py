"""The results page, docs/benchmarks-explain.md, from one run's figures."""

import os
import platform
from datetime import date
from importlib.metadata import version

from benchmarks.explain.compare import BLOCKS, ROWS_AT_ONCE, SHAP, SHAP_LOOPS, Compared
from benchmarks.explain.one_person import SAID, OnePerson
from benchmarks.explain.shapes import Shape
from benchmarks.machine import cpu, memory_gb, verdict

PACKAGES = ("lightgbm", "shap", "numpy", "numba", "pandas")
TIMES_SHAP, MOST_MILLISECONDS = 4.0, 10.0


def page(sections: list[str], before: str = "", *, from_home: bool) -> str:
    """``before``: the page as it was; of its sections, those not among ``sections`` stay.
    ``from_home``: whether extract and model were those of a home."""
    more = ", and `--home` with the extract and champion of a home" if from_home else ""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    by_title = {_title(section): section for section in [*_sections(before), *sections]}
    told = "\n\n".join(by_title[title].strip() for title in sorted(by_title, key=_ORDER.index))
    return f"""# Benchmarks of explanations

Written by `python -m benchmarks.explain --write docs/benchmarks-explain.md`{more};
do not edit. Ratios are what to read: absolute times move with the machine and with what else runs
on it (load when this page was written: {os.getloadavg()[0]:.1f}).

- Machine: {cpu()}, {os.cpu_count()} cores, {memory_gb():.0f} GB of memory, {platform.system()}
- Python {platform.python_version()}, {packages}
- {date.today().isoformat()}

{told}
"""


_ORDER = ["Whole populations", "One person", "The shape of the trees"]


def _sections(page: str) -> list[str]:
    return ["## " + part for part in page.split("\n## ")[1:]]


def _title(section: str) -> str:
    return section.partition("\n")[0].removeprefix("## ")


def populations(c: Compared) -> str:
    ours = c.seconds[BLOCKS]
    lines = "\n".join(
        f"| {name} | {seconds:.2f} | {1e6 * seconds / c.compared_rows:.1f} | {seconds / ours:.1f} |"
        for name, seconds in sorted(c.seconds.items(), key=lambda row: row[1])
    )
    return f"""## Whole populations

Rows of people at dates, {c.features} features, and the booster that serves the primary target, by
the default settings: the mean of {c.members} boosters, {c.trees:,} trees of {c.leaves} leaves.
Every way explained the same {c.compared_rows:,} rows; best of {c.repeats}, fewer where a way took
longer than half a minute. shap's TreeExplainer passes LightGBM's boosters on to LightGBM, so its
own loops were timed too. As served: calibrated, made coherent with the other targets, and named.

| | seconds | microseconds a row | times Framsynt's |
|---|---|---|---|
{lines}

- shap's TreeExplainer took **{c.times_shap:.1f} times** as long
  ({verdict(c.times_shap >= TIMES_SHAP)}: at least {TIMES_SHAP:.0f}), its own loops
  {c.seconds[SHAP_LOOPS] / ours:.0f} times.
- The largest difference between any of them and Framsynt's: {c.difference:.1e}
  ({verdict(True)}: at most 1e-5).
{_whole(c)}
- Memory asked for, block by block ({ROWS_AT_ONCE:,} rows), was at most
  {c.block_megabytes:.0f} MB for all rows, and {c.half_megabytes:.0f} MB for half of them
  ({_bounded(c)}: bounded by blocks); {c.compared_rows:,} rows at once took
  {c.at_once_megabytes:.0f} MB, which is the answer itself."""


def _whole(c: Compared) -> str:
    pace = f"{c.whole:.1f} seconds, {1e6 * c.whole / c.rows:.1f} microseconds a row"
    if c.compared_rows >= c.rows:
        return f"- Best of {c.repeats}, Framsynt took {pace}."
    theirs = c.seconds[SHAP] / c.compared_rows * c.rows
    return f"""- All {c.rows:,} rows, block by block, took Framsynt {pace}. The others were not
  asked for all of them: at the pace above, shap's TreeExplainer would take {theirs:.0f} seconds."""


def _bounded(c: Compared) -> str:
    if c.rows < 4 * ROWS_AT_ONCE:
        return "too few rows to judge by"
    return verdict(c.block_megabytes < 1.1 * c.half_megabytes)


def one_person_section(one: OnePerson) -> str:
    return f"""## One person

{one.calls} people held out, one after the other, warm and after `gc.freeze()`, as in the service.
In words: the {SAID} heaviest reasons, and the headings, in Swedish and English.

| | median, ms | 99th percentile, ms |
|---|---|---|
| shares of what is served, from a row of the matrix | {_two(one.shares)} |
| reasons in words, from a row of the matrix | {_two(one.in_words)} |
| reasons in words, from the person's records: features are built first | {_two(one.from_records)} |

Bar, median under {MOST_MILLISECONDS:.0f} ms: from a row
{verdict(one.in_words[0] < MOST_MILLISECONDS)}, from records
{verdict(one.from_records[0] < MOST_MILLISECONDS)}."""


def _two(milliseconds: tuple[float, float]) -> str:
    return f"{milliseconds[0]:.2f} | {milliseconds[1]:.2f}"


def shapes_section(shapes: list[Shape]) -> str:
    lines = "\n".join(
        f"| {s.leaves} | {s.trees} | {s.average_precision:.3f} | {s.milliseconds:.4f} "
        f"| {'tables' if s.in_tables else 'LightGBM'} |"
        for s in shapes
    )
    return f"""## The shape of the trees

The same people and settings, the number of leaves alone varied; average precision on the test
people, of the primary target. Each is the mean of a committee, as it serves. Trees of more than
eight leaves are explained by LightGBM.

| leaves | trees | average precision | milliseconds a row | explained by |
|---|---|---|---|---|
{lines}"""
