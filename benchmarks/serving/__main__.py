"""python -m benchmarks.serving [soak]: the running service; see benchmarks/README.md."""

import argparse
import logging
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from features.home import Home

PEOPLE = 8_000
PAGE = Path("docs/benchmarks-serving.md")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("calls", "soak"), default="calls")
    parser.add_argument(
        "--home", type=Path, help="a home with a champion and a list; else one is made"
    )
    parser.add_argument("--people", type=int, default=PEOPLE, help="of the region that is made")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--turns", type=int, default=6, help="of each service, side by side")
    parser.add_argument("--seconds", type=float, default=10.0, help="a turn")
    parser.add_argument("--minutes", type=float, default=30.0, help="of the soak")
    parser.add_argument("--rate", type=float, default=5.0, help="calls a second of the soak")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help="the results page, docs/benchmarks-serving.md")
    chosen = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="framsynt-serving-") as folder:
        if chosen.what == "soak":
            _soak(chosen, Path(folder))
        else:
            _calls(chosen, Path(folder))


def _calls(chosen: argparse.Namespace, work: Path) -> None:
    from benchmarks.serving import report
    from benchmarks.serving.measures import alone, side_by_side

    home = _home(chosen, work)
    found = side_by_side(
        home,
        work,
        turns=chosen.turns,
        seconds=chosen.seconds,
        workers=chosen.workers,
        seed=chosen.seed,
    )
    print(compared := report.compared(found), flush=True)
    one = alone(home, work, seconds=chosen.seconds, workers=chosen.workers, seed=chosen.seed)
    print(told := report.alone(one), flush=True)
    if chosen.write:
        command = (
            f"python -m benchmarks.serving --turns {chosen.turns} --seconds {chosen.seconds:.0f} "
            f"--write {chosen.write}"
        )
        top = report.head([command], chosen.workers, _people(home))
        _write(chosen.write, [top, compared, told], keep=report.SOAK)


def _soak(chosen: argparse.Namespace, work: Path) -> None:
    from benchmarks.serving import report
    from benchmarks.serving.soak import soak

    home = _home(chosen, work)
    done = soak(
        home,
        work / "soak.log",
        minutes=chosen.minutes,
        rate=chosen.rate,
        workers=chosen.workers,
        seed=chosen.seed,
    )
    command = (
        f"python -m benchmarks.serving soak --minutes {chosen.minutes:.0f} "
        f"--rate {chosen.rate:.0f} --write {PAGE}"
    )
    print(told := report.soaked(done, command), flush=True)
    if chosen.write:
        before = chosen.write.read_text(encoding="utf-8") if chosen.write.exists() else ""
        kept = before.split(report.SOAK)[0].rstrip()
        chosen.write.write_text(f"{kept}\n\n{told}\n", encoding="utf-8")


def _write(page: Path, parts: list[str], keep: str) -> None:
    """The page anew; its part that another command writes stays."""
    before = page.read_text(encoding="utf-8") if page.exists() else ""
    if keep in before:
        parts = [*parts, keep + before.split(keep, 1)[1].rstrip()]
    page.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _home(chosen: argparse.Namespace, work: Path) -> "Home":
    from features.home import Home

    if chosen.home:
        return Home.at(chosen.home)
    from features.region import RegionSettings, simulate
    from features.sources import SOURCES
    from features.store import ExtractStore
    from serving.weekly import run_weekly
    from training.train import train

    home = Home.at(work / "home")
    simulate(RegionSettings(people=chosen.people), home.region)
    ExtractStore(home).ingest(SOURCES["region"], home.region)
    train(home)
    run_weekly(home)
    return home


def _people(home: "Home") -> int:
    from features.store import ExtractStore

    return len(ExtractStore(home).current().persons())


if __name__ == "__main__":
    main()
