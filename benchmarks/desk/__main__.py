"""python -m benchmarks.desk: many nurses at the pages at once; see benchmarks/README.md."""

import argparse
import logging
import tempfile
from pathlib import Path

NURSES, SECONDS, PLACES, PEOPLE_PER_UNIT = 200, 60.0, 20, 110
GONE = (10.0, 20.0)
DATABASES = ("sqlite", "postgresql")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk", description=__doc__)
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--nurses", type=int, nargs="+", default=[NURSES])
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--units", type=int, help="care units; one for each nurse")
    parser.add_argument(
        "--gone", action="store_true", help="PostgreSQL also once with ten seconds without it"
    )
    parser.add_argument("--region", type=Path, help="keep the region here, and take it from here")
    parser.add_argument("--write", type=Path, help="the results page, docs/benchmarks-desk.md")
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="framsynt-desk-") as folder:
        _run(chosen, Path(folder))


def _run(chosen: argparse.Namespace, work: Path) -> None:
    from benchmarks.desk.load import load
    from benchmarks.desk.report import head, section
    from features.home import Home
    from tests.system.homes import make_home

    units = chosen.units or max(chosen.nurses)
    people = units * PEOPLE_PER_UNIT
    kept = chosen.region or work / "region"
    if (kept / "home" / "register.db").exists():
        region = Home.at(kept / "home")
    else:
        region = make_home(kept, people, units, PLACES)
    runs: list[tuple[str, int, float, tuple[float, float] | None]] = [
        (kind, nurses, chosen.seconds, None) for nurses in chosen.nurses for kind in chosen.database
    ]
    if chosen.gone:
        runs.append(("postgresql", min(chosen.nurses), GONE[1] + 20, GONE))
    many = " ".join(map(str, chosen.nurses))
    command = (
        f"python -m benchmarks.desk --nurses {many} --seconds {chosen.seconds:.0f}"
        f"{' --gone' if chosen.gone else ''} --write docs/benchmarks-desk.md"
    )
    parts = [head(command, people, units, PLACES)]
    wrong = 0
    for number, (kind, nurses, seconds, gone) in enumerate(runs):
        done = load(
            region,
            work / str(number),
            kind,
            nurses=nurses,
            seconds=seconds,
            seed=chosen.seed,
            places=PLACES,
            gone=gone,
        )
        wrong += done.lost + done.twice
        parts.append(section(done))
        print(f"\n{parts[-1]}\n", flush=True)
        if chosen.write:
            chosen.write.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    if wrong:
        raise SystemExit(f"{wrong} decisions lost or written twice")


if __name__ == "__main__":
    main()
