"""The front door: one command line that ties the rooms together."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import FramsyntError, SettingsError
from features.home import Home
from features.progress import Bars

if TYPE_CHECKING:
    from features.store import Extract

app = typer.Typer(
    name="framsynt",
    help=(
        "Finds the people at risk of an avoidable hospital admission, and says why.\n\n"
        "Start with 'framsynt demo': it makes a simulated region, trains a model, writes "
        "this week's lists and opens the service. With data of your own: ingest, train, "
        "weekly, serve."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks show local variables: people's data
)

HomeOption = Annotated[
    str,
    typer.Option(
        "--home",
        envvar="FRAMSYNT_HOME",
        help="Folder that holds extracts, models and the register.",
        rich_help_panel="Where",
    ),
]
HOME = ".framsynt"


def _home(path: str) -> Home:
    """An empty ``--home`` (an MLproject parameter left as it is) is as good as none."""
    return Home.at(path or os.environ.get("FRAMSYNT_HOME") or HOME)


def _dates(text: str, option: str) -> tuple[date, ...]:
    return tuple(_date(part, option) for part in text.split(",")) if text else ()


def _date(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(
            "not a date", where=option, do="Write dates as 2025-10-13, with commas between."
        ) from None


def _written(path: Path, write: Callable[[Path], object]) -> None:
    """Writes a file whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SettingsError(
            f"cannot be written ({error.strerror})", where=str(path), do="Name another file."
        ) from None


def _say(text: str = "") -> None:
    typer.echo(text)


def _told(extract: Extract) -> None:
    manifest = extract.manifest
    rows = sum(manifest.rows.values())
    _say(
        f"Extract {extract.id}: {manifest.n_persons:,} people, {rows:,} rows, "
        f"data through {manifest.data_through}."
    )


@app.command()
def demo(
    people: Annotated[int, typer.Option(help="People aged 65 and over to simulate.")] = 20_000,
    serve: Annotated[bool, typer.Option(help="Open the service when the lists are done.")] = True,
    port: Annotated[int, typer.Option(help="Port of the service.")] = 3000,
    home: HomeOption = HOME,
) -> None:
    """Simulate a region, ingest it, train, write this week's lists and serve them."""
    from features.region import RegionSettings, processors, simulate
    from features.sources import SOURCES
    from features.store import ExtractStore
    from serving.weekly import run_weekly
    from training import report
    from training.train import train as run_training

    place, track, started = _home(home), Bars(), time.monotonic()
    if serve:
        from serving.run import check_port

        check_port("127.0.0.1", port)  # now, not minutes later
    _say(f"1/4  Simulating a region of {people:,} people aged 65 and over")
    simulate(RegionSettings(people=people), place.region, track, processes=processors())
    _say("2/4  Ingesting its records")
    extract = ExtractStore(place).ingest(SOURCES["region"], place.region, track=track)
    _told(extract)
    _say("3/4  Training and judging the models")
    report.show(run_training(place, track=track).judgement)
    _say("4/4  Writing the lists of the last two weeks")
    for weeks_back in (1, 0):
        done = run_weekly(place, None, track=track, weeks_back=weeks_back)
        _say(done.summary())
    _say(f"Done in {time.monotonic() - started:.0f} seconds.")
    if serve:
        _serve(place, "127.0.0.1", port)
    else:
        _say(f"Open the lists with: framsynt serve --home {place.path}")


@app.command()
def simulate(
    path: Annotated[Path, typer.Argument(help="Folder to write the region to.")],
    people: Annotated[int, typer.Option(help="People of these ages.")] = 20_000,
    ages: Annotated[str, typer.Option(help="65+ | all")] = "65+",
    seed: Annotated[int | None, typer.Option(help="Another seed gives another region.")] = None,
    processes: Annotated[
        int | None, typer.Option(help="Processes side by side; one per processor.")
    ] = None,
) -> None:
    """Write a simulated region: canonical tables, and the true risks beside them."""
    from features.region import RegionSettings, processors
    from features.region import simulate as run

    youngest = {"65+": 65, "all": 0}.get(ages)
    if youngest is None:
        raise SettingsError(f"there are no ages '{ages}'", where="--ages", do="Write 65+ or all.")
    if processes is not None and processes < 1:
        raise SettingsError("not a whole number above 0", where="--processes", do="Write it as 2.")
    settings = RegionSettings(people=people, youngest=youngest)
    if seed is not None:
        settings = replace(settings, seed=seed)
    run(settings, path, track=Bars(), processes=processes or processors())
    _say(f"Region of {people:,} people written to {path}.")


@app.command()
def ingest(
    source: Annotated[str, typer.Argument(help="region | tables | synpuf")],
    path: Annotated[Path, typer.Argument(help="The folder that the source reads.")],
    max_rejected: Annotated[
        float | None, typer.Option(help="Stop if more than this share of a table's rows is bad.")
    ] = None,
    home: HomeOption = HOME,
) -> None:
    """Read a source, check it against the data contract and publish it as the current extract.

    Bad rows are set aside with file, row, column and reason. If too many are bad, or
    anything else is wrong, nothing changes: the extract before stays the current one.
    """
    from features.sources import SOURCES
    from features.store import DEFAULT_MAX_REJECTED, ExtractStore

    if source not in SOURCES:
        raise SettingsError(
            f"there is no source '{source}'", do=f"Choose one of: {', '.join(sorted(SOURCES))}."
        )
    extract = ExtractStore(_home(home)).ingest(
        SOURCES[source],
        path,
        track=Bars(),
        max_rejected=DEFAULT_MAX_REJECTED if max_rejected is None else max_rejected,
    )
    _told(extract)
    for table, reasons in sorted(extract.manifest.rejected.items()):
        for reason, count in sorted(reasons.items()):
            _say(f"  set aside: {count:,} rows of {table}, {reason}")


@app.command("features")
def list_features(
    domain: Annotated[
        str, typer.Option(help="Only one domain, e.g. municipal_care; see the headings.")
    ] = "",
    language: Annotated[str, typer.Option(help="Words in sv or en.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print everything declared, as JSON.")] = (
        False
    ),
) -> None:
    """List the measures that scores are made of: by domain, with windows and wording.

    Each measure over each of its windows is one feature, named measure_<days>d. No data and
    no model are needed. --json adds unit, direction, source, and what is unverified.
    """
    from features.measures.describe import catalogue

    if language not in ("sv", "en"):
        raise SettingsError(f"there is no language '{language}'", do="Choose sv or en.")
    measures = catalogue("sv" if language == "sv" else "en", domain)
    if json:
        import json as plain

        _say(plain.dumps(measures, ensure_ascii=False, indent=2))
        return
    heading = ""
    for measure in measures:
        if measure["domain"] != heading:
            heading = measure["domain"]
            _say(f"\n{measure['domain_label']} ({heading})")
        windows = ", ".join(map(str, measure["windows"]))
        _say(f"  {measure['name']:<44} {windows:<28} {measure['label']}")
    n_features = sum(len(measure["features"]) for measure in measures)
    _say(f"\n{n_features} features of {len(measures)} measures; windows in days.")


@app.command()
def train(
    targets: Annotated[str, typer.Option(help="Targets, with commas; all that can be told.")] = "",
    index_dates: Annotated[
        str, typer.Option(help="Dates to learn at; quarterly, a horizon before the test.")
    ] = "",
    test_index_dates: Annotated[
        str, typer.Option(help="Dates to judge at; the last whose outcomes are complete.")
    ] = "",
    home: HomeOption = HOME,
) -> None:
    """Train all targets on the current extract, judge them, and make the model champion.

    Everything is logged to MLflow: parameters, metrics, plots, the model and its card.
    Ends with the judgement: the model beside every baseline, on people and at a time
    it has not seen.
    """
    from training import report
    from training.train import TrainSettings
    from training.train import train as run

    settings = TrainSettings(
        targets=tuple(name.strip() for name in targets.split(",")) if targets else (),
        index_dates=_dates(index_dates, "--index-dates"),
        test_index_dates=_dates(test_index_dates, "--test-index-dates"),
    )
    result = run(_home(home), settings, Bars())
    report.show(result.judgement)
    _say(f"Model version {result.version} is champion. Report and model card: {result.reports}")


@app.command()
def evaluate(
    index_date: Annotated[
        str, typer.Option(help="The date to judge at; the last whose outcomes are complete.")
    ] = "",
    json: Annotated[str, typer.Option(help="Write the judgement to this file too.")] = "",
    home: HomeOption = HOME,
) -> None:
    """Judge the champion on an index date of the current extract."""
    import json as plain

    from training import report
    from training.evaluate import evaluate as run

    when = _date(index_date, "--index-date") if index_date else None
    judgement = run(_home(home), when, Bars())
    report.show(judgement)
    if json:
        text = plain.dumps(judgement.as_dict(), ensure_ascii=False, indent=2)
        _written(Path(json), lambda part: part.write_text(text + "\n", encoding="utf-8"))


@app.command()
def score(
    index_date: Annotated[str, typer.Option(help="Score as of this date, e.g. 2026-11-16.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    home: HomeOption = HOME,
) -> None:
    """Score everyone listed: person_id, target, probability, model_version."""
    from training.score import score as run

    scores = run(_home(home), _date(index_date, "--index-date"), Bars())
    _written(out, lambda part: scores.to_parquet(part, index=False))
    _say(f"{len(scores):,} scores written to {out}.")


@app.command()
def replay(
    mondays: Annotated[int, typer.Option(help="How many Mondays.")] = 10,
    weeks_apart: Annotated[int, typer.Option(help="Weeks from one of them to the next.")] = 4,
    home: HomeOption = HOME,
) -> None:
    """Score past Mondays from today's extract, and from extracts cut on the day: equal?

    Compares everyone present, every feature and every score, byte for byte. Ends with an
    error that names the features if anything differs.
    """
    from training import replay as replaying

    replayed = replaying.replay(_home(home), mondays, weeks_apart, Bars())
    _say(replaying.as_text(replayed))
    replaying.refuse_differences(replayed)


@app.command()
def weekly(
    week: Annotated[str, typer.Option(help="e.g. 2026-W47; the week after the data end.")] = "",
    capacity: Annotated[str, typer.Option(help="People on each care unit's list; 20.")] = "",
    accept: Annotated[
        str, typer.Option(help="Stale tables to list from all the same, with commas; or extract.")
    ] = "",
    home: HomeOption = HOME,
) -> None:
    """Score everyone listed and write one list per care unit to the register.

    Refuses when the extract is too old, or when a table has stopped, shrunk or is about
    other people than the rest, and says which; --accept takes it as it is.
    """
    from serving.weekly import CAPACITY, run_weekly

    if capacity and not capacity.isdigit():
        raise SettingsError("not a whole number", where="--capacity", do="Write it as 20.")
    places = int(capacity) if capacity else CAPACITY
    accepted = [name.strip() for name in accept.split(",")] if accept else []
    result = run_weekly(_home(home), week or None, places, track=Bars(), accept=accepted)
    _say(result.summary())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    home: HomeOption = HOME,
) -> None:
    """Open the service: the weekly lists as pages, and the API."""
    _serve(_home(home), host, port)


def _serve(home: Home, host: str, port: int) -> None:
    from serving.run import serve as run

    run(home, host, port)


def main() -> None:
    """Runs the command line; an error becomes one clear sentence and an exit code."""
    try:
        app()
    except FramsyntError as error:
        typer.secho(f"Error: {error}", err=True, fg="red")
        sys.exit(error.exit_code)
    except Exception as error:
        # The text of an unforeseen error may hold a person's data: show it only on request.
        if os.environ.get("FRAMSYNT_DEBUG"):
            traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        typer.secho(
            f"Unexpected {type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}. "
            "Nothing was published. Set FRAMSYNT_DEBUG=1 to see the traceback (it may hold "
            "personal data).",
            err=True,
            fg="red",
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
