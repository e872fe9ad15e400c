"""python -m benchmarks.explain: time and memory of explanations; see benchmarks/README.md."""

import argparse
import logging
import sys
from pathlib import Path

SECTIONS = ("populations", "one-person", "shapes")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explain", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="of the simulated region")
    parser.add_argument("--rows", type=int, default=100_000, help="explained by our own path")
    parser.add_argument("--compared", type=int, default=100_000, help="rows explained by every way")
    parser.add_argument("--repeats", type=int, default=3, help="the best of these is shown")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--leaves", type=int, nargs="+", default=(4, 8, 16, 31))
    parser.add_argument("--home", type=Path, help="its extract and champion are used instead")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    parser.add_argument(
        "--write",
        type=Path,
        help="the results page, docs/benchmarks-explain.md; with --only, its other sections stay",
    )
    chosen = parser.parse_args()
    logging.disable(logging.INFO)

    from benchmarks.explain.compare import compare
    from benchmarks.explain.data import prepare
    from benchmarks.explain.one_person import one_person
    from benchmarks.explain.report import one_person_section, page, populations, shapes_section
    from benchmarks.explain.shapes import grown, shapes

    made = prepare(chosen.people, chosen.rows, seed=chosen.seed, home=chosen.home)
    boosters = grown(made, chosen.leaves) if "shapes" in chosen.only else {}
    print("All is trained; from here on it is timed.", file=sys.stderr, flush=True)
    sections = []
    if "populations" in chosen.only:
        sections.append(populations(compare(made, chosen.compared, repeats=chosen.repeats)))
    if "one-person" in chosen.only:
        sections.append(one_person_section(one_person(made)))
    if "shapes" in chosen.only:
        sections.append(shapes_section(shapes(made, boosters, repeats=chosen.repeats)))
    earlier = chosen.write if chosen.write and chosen.write.exists() else None
    before = earlier.read_text(encoding="utf-8") if earlier else ""
    written = page(sections, before, from_home=chosen.home is not None)
    print(written)
    if chosen.write:
        chosen.write.write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
