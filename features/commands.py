"""What the commands of every room share: where the home is, dates, files, and plain output."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from features.errors import SettingsError
from features.home import Home

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


def home_at(path: str) -> Home:
    """An empty ``--home`` (an MLproject parameter left as it is) is as good as none."""
    return Home.at(path or os.environ.get("FRAMSYNT_HOME") or HOME)


def dates_of(text: str, option: str) -> tuple[date, ...]:
    return tuple(date_of(part, option) for part in text.split(",")) if text else ()


def names_of(text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name.strip() for name in text.split(",")) if text else ()


def date_of(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(
            "not a date", where=option, do="Write dates as 2025-10-13, with commas between."
        ) from None


def written(path: Path, write: Callable[[Path], object]) -> None:
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


def say(text: str = "") -> None:
    typer.echo(text)
