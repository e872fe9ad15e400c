"""The commands of whoever makes and judges models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from features.commands import (
    HOME,
    HomeOption,
    date_of,
    dates_of,
    home_at,
    names_of,
    say,
    written,
)
from features.progress import Bars
from training.promotion_commands import ForceOption, ReasonOption

app = typer.Typer()


@app.command()
def train(
    targets: Annotated[str, typer.Option(help="Targets, with commas; all that can be told.")] = "",
    index_dates: Annotated[
        str, typer.Option(help="Dates to learn at; quarterly, a horizon before the test.")
    ] = "",
    test_index_dates: Annotated[
        str, typer.Option(help="Dates to judge at; the last whose outcomes are complete.")
    ] = "",
    enrolled: Annotated[
        str, typer.Option(help="Outcomes of people in a mobile team: censor | exclude | as-is.")
    ] = "",
    monotone: Annotated[
        str, typer.Option(help="Hold to declared directions, and keep what it costs: yes | no.")
    ] = "",
    tune_trials: Annotated[
        str, typer.Option(help="Settings to try for the boosters; none, and those there are.")
    ] = "",
    tune_minutes: Annotated[
        str, typer.Option(help="Minutes after which no further settings are tried.")
    ] = "",
    force: ForceOption = False,
    reason: ReasonOption = "",
    home: HomeOption = HOME,
) -> None:
    """Train all targets on the current extract, judge them, and put the model to the gate.

    Everything is logged to MLflow: parameters, metrics, plots, the model and its card.
    Ends with the judgement: the model beside every baseline, on people and at a time
    it has not seen. The model becomes champion if it is no worse than the present one.
    """
    from training import report
    from training.promotion.promote import reason_of
    from training.settings import settings_from
    from training.train import train as run

    why = reason_of(reason, force)
    settings = settings_from(
        targets=names_of(targets),
        index_dates=dates_of(index_dates, "--index-dates"),
        test_index_dates=dates_of(test_index_dates, "--test-index-dates"),
        enrolled=enrolled,
        monotone=monotone,
        tune_trials=tune_trials,
        tune_minutes=tune_minutes,
    )
    result = run(home_at(home), settings, Bars(), why)
    report.show(result.judgement)
    say("\n".join(result.decision.lines()))
    say(f"Report: {result.reports / 'report.html'}")


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
    from training.judgement.evaluate import evaluate as run

    when = date_of(index_date, "--index-date") if index_date else None
    judgement = run(home_at(home), when, Bars())
    report.show(judgement)
    if json:
        text = plain.dumps(judgement.as_dict(), ensure_ascii=False, indent=2)
        written(Path(json), lambda part: part.write_text(text + "\n", encoding="utf-8"))


@app.command("evaluate-table")
def evaluate_table(
    file: Annotated[Path, typer.Argument(help="A CSV or Parquet file: features and a label.")],
    label: Annotated[str, typer.Option(help="The column to predict: 0 or 1.")],
    group: Annotated[
        str, typer.Option(help="Columns to judge by group as well, with commas.")
    ] = "",
    person: Annotated[
        str, typer.Option(help="Whose row it is: a person's rows are held out together.")
    ] = "",
    time: Annotated[str, typer.Option(help="Hold out the latest rows by this column.")] = "",
    leave_out: Annotated[
        str, typer.Option(help="Columns not to learn from, with commas: ids, what came later.")
    ] = "",
    test_share: Annotated[str, typer.Option(help="The share held out; a third.")] = "",
    list_share: Annotated[str, typer.Option(help="The share of rows on a list; 0.05.")] = "",
    seed: Annotated[str, typer.Option(help="Another seed holds out others.")] = "",
    out: Annotated[
        str, typer.Option(help="Write report (HTML, Markdown, JSON) and model to this folder.")
    ] = "",
) -> None:
    """Learn from a plain table and judge on the part held out: any data, no home needed.

    The same boosters, calibration, metrics and intervals as for a region, beside a
    regularised logistic regression. Text columns of few values become a feature a value.
    """
    from training.table import report, write
    from training.table.evaluate import evaluate_table as run
    from training.table.evaluate import table_settings_from
    from training.table.read import Roles

    roles = Roles(label, names_of(group), person, time, names_of(leave_out))
    settings = table_settings_from(test_share=test_share, list_share=list_share, seed=seed)
    evaluated = run(file, roles, settings, Bars())
    report.show(evaluated.judgement)
    if out:
        write.write(evaluated, Path(out))
        say(f"Report and model: {Path(out) / 'report.html'}")


@app.command()
def score(
    index_date: Annotated[str, typer.Option(help="Score as of this date, e.g. 2026-11-16.")],
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    home: HomeOption = HOME,
) -> None:
    """Score everyone listed: person_id, target, probability, model_version."""
    from training.score import WARNING
    from training.score import score as run

    scores = run(home_at(home), date_of(index_date, "--index-date"), Bars())
    written(out, lambda part: scores.to_parquet(part, index=False))
    say(f"{len(scores):,} scores written to {out}.")
    if WARNING in scores.attrs:
        say(f"Warning: {scores.attrs[WARNING]}.")


@app.command()
def stability(
    seeds: Annotated[str, typer.Option(help="Models to compare, the champion one; 3.")] = "",
    weeks: Annotated[str, typer.Option(help="Changes of list from week to week; 4.")] = "",
    home: HomeOption = HOME,
) -> None:
    """Would the champion list others, or for other reasons, with another throw of dice?

    Trains it again with other seeds and on other people, registers none of them, and compares
    lists and reasons. Then from week to week: who came or left, and because of what.
    """
    from training.settings import number_of
    from training.stability import run

    place = home_at(home)
    found = run.stability(
        place,
        number_of(int, seeds, "--seeds") if seeds else run.SEEDS,
        number_of(int, weeks, "--weeks") if weeks else run.WEEKS,
        Bars(),
    )
    say(run.as_text(found))
    say(f"Kept beside the model's report: {run.write(found, place)}")


@app.command()
def reproduce(
    model: Annotated[str, typer.Argument(help="A registered version, or an MLflow run.")],
    home: HomeOption = HOME,
) -> None:
    """Train a model again from what was logged with it, and compare it byte for byte.

    Registers nothing. Ends with an error that says what differs, if anything does.
    """
    from training import reproduce as reproducing

    found = reproducing.reproduce(home_at(home), model, Bars())
    say("\n".join(found.lines()))
    reproducing.refuse_differences(found)


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

    replayed = replaying.replay(home_at(home), mondays, weeks_apart, Bars())
    say(replaying.as_text(replayed))
    replaying.refuse_differences(replayed)
