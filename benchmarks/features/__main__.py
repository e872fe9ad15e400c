"""python -m benchmarks.features: the engine against others, and alone; see benchmarks/README.md."""

import argparse
from pathlib import Path

from benchmarks.features.data import EVENTS_PER_PERSON

SECTIONS = ("compare", "scaling", "one-person", "dates", "meds-tab")
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
    text = _run(chosen)
    print("\n" + text)
    if chosen.write:
        chosen.write.write_text(text, encoding="utf-8")


def _run(chosen: argparse.Namespace) -> str:
    from benchmarks.features.compare import compare
    from benchmarks.features.dates import dates
    from benchmarks.features.meds_tab import meds_tab
    from benchmarks.features.one_person import one_person
    from benchmarks.features.report import Results, page
    from benchmarks.features.scaling import scaling

    wanted, seed, repeats = set(chosen.only), chosen.seed, chosen.repeats
    events = chosen.events or EVENTS_PER_PERSON * chosen.people
    command = "python -m benchmarks.features --write docs/benchmarks.md"
    return page(
        Results(
            command,
            compared=compare(chosen.people, events, seed=seed, repeats=repeats)
            if "compare" in wanted
            else None,
            scaled=scaling(
                list(chosen.sizes), events_per_person=chosen.events_per_person, seed=seed
            )
            if "scaling" in wanted
            else None,
            one_person=one_person(calls=300, seed=seed) if "one-person" in wanted else None,
            dates=dates(min(chosen.people, 25_000), n=5, seed=seed, repeats=repeats)
            if "dates" in wanted
            else None,
            meds_tab=meds_tab(chosen.meds_tab, seed=seed) if "meds-tab" in wanted else None,
        )
    )


if __name__ == "__main__":
    main()
