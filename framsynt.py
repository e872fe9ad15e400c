"""The front door: one command line that ties the rooms together."""

from __future__ import annotations

import os
import sys
import time
import traceback
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.commands import HOME, HomeOption, home_at, say
from features.errors import FramsyntError, SettingsError
from features.fhir_commands import app as fhir_commands
from features.home import Home
from features.progress import Bars
from features.secret_files import read_secret_files
from serving.commands import app as register_commands
from serving.security.commands import app as login_commands
from training.commands import app as training_commands
from training.promotion_commands import app as promotion_commands

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


def _told(extract: Extract) -> None:
    manifest = extract.manifest
    rows = sum(manifest.rows.values())
    say(
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
    from features.processors import processors
    from features.region import RegionSettings, simulate
    from features.sources import SOURCES
    from features.store import ExtractStore
    from serving.weekly import run_weekly
    from training import report
    from training.train import train as run_training

    place, track, started = home_at(home), Bars(), time.monotonic()
    if serve:
        from serving.run import check_port

        check_port("127.0.0.1", port)  # now, not minutes later
    say(f"1/4  Simulating a region of {people:,} people aged 65 and over")
    simulate(RegionSettings(people=people), place.region, track, processes=processors())
    say("2/4  Ingesting its records")
    extract = ExtractStore(place).ingest(SOURCES["region"], place.region, track=track)
    _told(extract)
    say("3/4  Training and judging the models")
    trained = run_training(place, track=track)
    report.show(trained.judgement)
    say("\n".join(trained.decision.lines()))
    say("4/4  Writing the lists of the last two weeks")
    for weeks_back in (1, 0):
        done = run_weekly(place, None, track=track, weeks_back=weeks_back)
        say(done.summary())
    say(f"Done in {time.monotonic() - started:.0f} seconds.")
    if serve:
        _serve(place, "127.0.0.1", port)
    else:
        say(f"Open the lists with: framsynt serve --home {place.path}")


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
    from features.processors import processors
    from features.region import RegionSettings
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
    say(f"Region of {people:,} people written to {path}.")


@app.command()
def ingest(
    source: Annotated[
        str, typer.Argument(help="region | tables | sql | omop | fhir | synthea | synpuf")
    ],
    path: Annotated[Path, typer.Argument(help="The folder or file that the source reads.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="An option of the source, as NAME=VALUE; see docs/sources.md."),
    ] = None,
    max_rejected: Annotated[
        float | None, typer.Option(help="Stop if more than this share of a table's rows is bad.")
    ] = None,
    home: HomeOption = HOME,
) -> None:
    """Read a source, check it against the data contract and publish it as the current extract.

    Bad rows are set aside with file, row, column and reason. If too many are bad, or
    anything else is wrong, nothing changes: the extract before stays the current one.
    Enrolments decided in this home's register are put beside those that the source delivers.
    """
    from features.sources import SOURCES, configured, parse_settings
    from features.store import DEFAULT_MAX_REJECTED, ExtractStore
    from serving.enrolled import decided_enrolments

    if source not in SOURCES:
        raise SettingsError(
            f"there is no source '{source}'", do=f"Choose one of: {', '.join(sorted(SOURCES))}."
        )
    place = home_at(home)
    decided = decided_enrolments(place)
    extract = ExtractStore(place).ingest(
        configured(SOURCES[source], parse_settings(settings or [])),
        path,
        track=Bars(),
        max_rejected=DEFAULT_MAX_REJECTED if max_rejected is None else max_rejected,
        also_enrolled=decided,
    )
    _told(extract)
    if decided is not None:
        say(f"  the register's enrolments were read as well: {len(decided):,}")
    for table, reasons in sorted(extract.manifest.rejected.items()):
        for reason, count in sorted(reasons.items()):
            say(f"  set aside: {count:,} rows of {table}, {reason}")
    for what, count in extract.manifest.noted.items():
        say(f"  noted: {count:,} {what}")


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

        say(plain.dumps(measures, ensure_ascii=False, indent=2))
        return
    heading = ""
    for measure in measures:
        if measure["domain"] != heading:
            heading = measure["domain"]
            say(f"\n{measure['domain_label']} ({heading})")
        windows = ", ".join(map(str, measure["windows"]))
        say(f"  {measure['name']:<44} {windows:<28} {measure['label']}")
    n_features = sum(len(measure["features"]) for measure in measures)
    say(f"\n{n_features} features of {len(measures)} measures; windows in days.")


app.add_typer(fhir_commands)
app.add_typer(training_commands)
app.add_typer(promotion_commands)
app.add_typer(login_commands)
app.add_typer(register_commands)


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
    result = run_weekly(home_at(home), week or None, places, track=Bars(), accept=accepted)
    say(result.summary())


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 3000,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that answer; else FRAMSYNT_WORKERS, or one a core up to 2."),
    ] = None,
    home: HomeOption = HOME,
) -> None:
    """Open the service: the weekly lists as pages, and the API."""
    _serve(home_at(home), host, port, workers)


def _serve(home: Home, host: str, port: int, workers: int | None = None) -> None:
    from serving.run import serve as run

    run(home, host, port, workers)


def main() -> None:
    """Runs the command line; an error becomes one clear sentence and an exit code."""
    try:
        read_secret_files(os.environ)
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
