"""The commands that decide which model serves."""

from __future__ import annotations

from typing import Annotated

import typer

from features.commands import HOME, HomeOption, home_at, say
from features.progress import Bars

app = typer.Typer()

ForceOption = Annotated[
    bool, typer.Option("--force", help="Make it champion whatever the gate says; needs --reason.")
]
ReasonOption = Annotated[
    str, typer.Option(help="Why. Logged with the time, for all to read; name nobody.")
]


@app.command()
def promote(
    version: Annotated[str, typer.Argument(help="A registered version; see framsynt models.")],
    force: ForceOption = False,
    reason: ReasonOption = "",
    home: HomeOption = HOME,
) -> None:
    """Put a registered version to the gate; it becomes champion if it is no worse.

    It is judged beside the champion on the current extract, on people that neither was
    trained on, at its own test dates. The decision and its evidence are logged to its run.
    """
    from training.promotion.promote import AFTERWARDS, reason_of
    from training.promotion.promote import promote as run

    why = reason_of(reason, force)
    decision = run(home_at(home), version, why, Bars())
    say("\n".join(decision.lines()))
    if decision.moved:
        say(AFTERWARDS)


@app.command()
def rollback(reason: ReasonOption = "", home: HomeOption = HOME) -> None:
    """Make the champion before this one champion again. Again: the one before that."""
    from training.promotion.promote import AFTERWARDS, checked_reason, roll_back

    change = roll_back(home_at(home), checked_reason(reason))
    say(f"Version {change.after} is champion again, in place of version {change.before}.")
    say(AFTERWARDS)


@app.command()
def models(home: HomeOption = HOME) -> None:
    """List the registered versions: when, which serves, how good, and what was decided."""
    from training.promotion.listing import listing

    say(listing(home_at(home)))
