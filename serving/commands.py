"""The commands that keep the register: who saw whom, objections, retention, backups."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from features.commands import HOME, HomeOption, home_at, say

if TYPE_CHECKING:
    from serving.register import Register

app = typer.Typer()
objections = typer.Typer(
    help="People who object to being scored: they are neither scored nor listed, but counted.",
    no_args_is_help=True,
)
app.add_typer(objections, name="objection")

PersonArgument = Annotated[str, typer.Argument(help="The person's pseudonym.")]
FileArgument = Annotated[Path, typer.Argument(help="The file.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it; without, it is only told.")]


@app.command("access-log")
def access_log(person: PersonArgument, home: HomeOption = HOME) -> None:
    """Tell who has seen a person: when, who, as what, from which units, what, and why.

    Times are Swedish. That this was asked is itself written to the log.
    """
    from features.swedish_time import SWEDEN

    with _register(home) as register:
        rows = register.access.of_person(person)
        register.access.note(_operator(), "access-log", person)
    if not rows:
        say("Nobody has seen this person.")
    for row in rows:
        at = row.at.astimezone(SWEDEN).strftime("%Y-%m-%d %H:%M:%S")
        told = [at, row.who, row.role, row.unit, row.what, row.why]
        say("  ".join(part for part in told if part))


@objections.command("add")
def add_objection(person: PersonArgument, home: HomeOption = HOME) -> None:
    """Note that a person objects. Pages and API do not know the person from now on."""
    with _register(home) as register:
        new = register.objections.add(person, _operator())
    say("Noted." if new else "This person objects already; nothing was changed.")
    if not _is_in_extract(home, person):
        say("Nobody by that id is in the current extract: check that it is the right one.")


@objections.command("withdraw")
def withdraw_objection(person: PersonArgument, home: HomeOption = HOME) -> None:
    """Note that a person no longer objects. The next weekly run scores the person again."""
    with _register(home) as register:
        new = register.objections.withdraw(person, _operator())
    say("Noted." if new else "This person does not object; nothing was changed.")


@objections.command("list")
def list_objections(home: HomeOption = HOME) -> None:
    """List all that was noted: when, who objects or no longer does, and who noted it."""
    from features.swedish_time import SWEDEN

    with _register(home) as register:
        rows = register.objections.all()
        objecting = len(register.objections.current())
    for row in rows:
        at = row.at.astimezone(SWEDEN).strftime("%Y-%m-%d %H:%M")
        said = "objects" if row.objects else "no longer objects"
        say(f"{at}  {row.person_id}  {said}  noted by {row.who}")
    say(f"{objecting} people object now.")


@app.command()
def retention(
    older_than: Annotated[
        int, typer.Option(help="Weeks: scores and lists of older runs go. At least 4.")
    ],
    access_log_years: Annotated[
        int | None,
        typer.Option(help="Years: older lines of the access log go too. At least 5."),
    ] = None,
    yes: YesOption = False,
    home: HomeOption = HOME,
) -> None:
    """Delete scores, lists and reasons of old runs, and sessions that have ended.

    Decisions, enrolments and objections are never deleted, nor is the newest list. Without
    --yes it is only told what would go.
    """
    from serving.keeping.retention import Retention, carry_out, due

    what = Retention(older_than, access_log_years)
    with _register(home) as register:
        rows = carry_out(register, what) if yes else due(register, what)
    for table, count in rows.items():
        say(f"  {table}: {count:,} rows")
    say("Deleted." if yes else "Nothing was deleted; add --yes to delete it.")


@app.command()
def migrate(home: HomeOption = HOME) -> None:
    """Make the register's tables, or bring them to the newest shape.

    ``serve`` and ``weekly`` do so too; on its own, before anything else starts, it is told
    apart from their troubles.
    """
    with _register(home):
        pass
    say("The register has the newest shape.")


@app.command()
def backup(file: FileArgument, home: HomeOption = HOME) -> None:
    """Write a copy of the register to a new file, also while the service is running.

    It holds people's data and everything that was decided: keep it as safe as the register.
    """
    from serving.keeping.backup import back_up

    back_up(home_at(home), file)
    say(f"The register is in {file}.")


@app.command()
def restore(file: FileArgument, yes: YesOption = False, home: HomeOption = HOME) -> None:
    """Put a backup in the register's place. Stop the service first.

    A register that is not empty is replaced only with --yes, and backed up into the home
    before.
    """
    from serving.keeping.backup import restore as run

    before = run(home_at(home), file, over=yes)
    if before is not None:
        say(f"What was there before is in {before}.")
    say("The register is restored.")


@contextmanager
def _register(home: str) -> Iterator[Register]:
    from serving.register import Register

    register = Register.open(home_at(home))
    try:
        yield register
    finally:
        register.close()


def _operator() -> str:
    """Who is at the keyboard, as the system knows them."""
    return f"{getpass.getuser()} (command line)"


def _is_in_extract(home: str, person: str) -> bool:
    from features.errors import MissingError
    from features.store import ExtractStore

    try:
        ExtractStore(home_at(home)).current().person(person)
    except MissingError:
        return False
    return True
