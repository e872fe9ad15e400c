"""python -m benchmarks.method: what choices of method do to the scores."""

import argparse
import tempfile
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.method", description=__doc__)
    sections = parser.add_subparsers(dest="section", required=True)
    coherent = sections.add_parser("coherence", help="what making scores coherent costs")
    coherent.add_argument("--home", required=True, help="a home with an extract and a champion")
    teams = sections.add_parser("enrolled", help="what a team's patients do to a model")
    teams.add_argument("--people", type=int, default=40_000)
    teams.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    teams.add_argument("--teams", nargs="+", default=[], help="kinds of region; all")
    lists = sections.add_parser("coverage", help="how often lists hold as many as was foretold")
    lists.add_argument("--people", type=int, default=20_000)
    lists.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    lists.add_argument("--quarters", type=int, default=4)
    lists.add_argument("--targets", nargs="+", default=[], help="all")
    for section in (teams, lists):
        section.add_argument("--folder", type=Path, help="keep the regions here; a temporary one")
    chosen = parser.parse_args()
    if chosen.section == "coherence":
        from benchmarks.method.coherence import coherence

        print(coherence(chosen.home))
        return
    from benchmarks.method.coverage import coverage
    from benchmarks.method.enrolled import enrolled

    with tempfile.TemporaryDirectory(prefix="framsynt-") as scratch:
        folder = chosen.folder or Path(scratch)
        if chosen.section == "coverage":
            targets = tuple(chosen.targets)
            print(coverage(folder, chosen.people, chosen.seeds, chosen.quarters, targets))
        else:
            print(enrolled(folder, chosen.people, chosen.seeds, chosen.teams))


if __name__ == "__main__":
    main()
