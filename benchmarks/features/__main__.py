"""python -m benchmarks.features: the engine against others, and alone; see benchmarks/README.md."""

import argparse
from pathlib import Path

from benchmarks.features.data import EVENTS_PER_PERSON

SECTIONS = ("compare", "meds-tab", "scaling", "one-person", "dates")
SIZES = (50_000, 350_000, 1_750_000)
EVENTS_PER_PERSON_SCALED = 1000 / 7
"""250 million events of 1,750,000 people."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.features", description=__doc__)
    parser.add_argument("--people", type=int, default=350_000)
    parser.add_argument("--events", type=int, help=f"{EVENTS_PER_PERSON} for each person")
    parser.add_argument("--repeats", type=int, default=3, help="the best of these is shown")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="people, for scaling")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument("--meds-tab", type=Path, help="Python of an environment with meds-tab")
    parser.add_argument("--write", type=Path, help="the results page, docs/benchmarks.md")
    parser.add_argument("--one-size", type=int, help=argparse.SUPPRESS)
    parser.add_argument(
        "--events-per-person", type=float, default=EVENTS_PER_PERSON_SCALED, help=argparse.SUPPRESS
    )
    chosen = parser.parse_args()
    if chosen.one_size:
        from benchmarks.features.scaling import one_size

        print(
            one_size(chosen.one_size, events_per_person=chosen.events_per_person, seed=chosen.seed)
        )
        return
    _run(chosen)


def _run(chosen: argparse.Namespace) -> None:
    """Section by section; the page is written after each, so that a stopped run leaves what
    it has measured."""
    from benchmarks.features.compare import compare
    from benchmarks.features.dates import dates
    from benchmarks.features.meds_tab import meds_tab
    from benchmarks.features.one_person import one_person
    from benchmarks.features.report import head, section
    from benchmarks.features.scaling import scaling

    seed, repeats = chosen.seed, chosen.repeats
    events = chosen.events or EVENTS_PER_PERSON * chosen.people
    run = {
        "compare": lambda: compare(chosen.people, events, seed=seed, repeats=repeats),
        "meds-tab": lambda: meds_tab(chosen.meds_tab, seed=seed),
        "scaling": lambda: scaling(
            list(chosen.sizes), events_per_person=chosen.events_per_person, seed=seed
        ),
        "one-person": lambda: one_person(calls=300, seed=seed),
        "dates": lambda: dates(min(chosen.people, 25_000), n=5, seed=seed, repeats=repeats),
    }
    parts = [head("python -m benchmarks.features --write docs/benchmarks.md")]
    for name in SECTIONS:
        if name in chosen.only:
            parts.append(section(run[name]()))
            print(f"\n{parts[-1]}\n", flush=True)
            if chosen.write:
                chosen.write.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
