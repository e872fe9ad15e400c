"""Which tables and columns of the OMOP CDM 5.4 are read, from files or a database."""

import tomllib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import sqlalchemy as sa

from features.errors import SettingsError
from features.sources.databases import URL_VARIABLE, Database, as_text, stream
from features.sources.delivered import Block, Delivered, Files, Only, require

TABLES = (
    *("person", "death", "observation_period", "visit_occurrence", "visit_detail"),
    *("condition_occurrence", "procedure_occurrence", "drug_exposure", "provider", "care_site"),
    *("measurement", "observation", "location"),
    *("concept", "concept_ancestor", "cdm_source"),
)
_SETTINGS = {"url_variable", "schema"}


@contextmanager
def opened(path: Path) -> Iterator[Delivered]:
    """A folder or zip of files, or a database by a TOML file: ``url_variable``, ``schema``."""
    if path.suffix.lower() != ".toml":
        yield Files(path, TABLES)
        return
    settings = read_toml(path)
    unknown = sorted(set(settings) - _SETTINGS)
    if unknown:
        raise SettingsError(
            f"'{unknown[0]}' is not a setting", where=str(path), do=f"Known: {sorted(_SETTINGS)}."
        )
    database = Database(str(settings.get("url_variable", URL_VARIABLE)))
    with database.snapshot() as connection:
        yield DatabaseTables(connection, settings.get("schema"))


def read_toml(path: Path) -> dict:
    """Raises SettingsError: no such file, not TOML, or an address in it."""
    try:
        text = path.read_text(encoding="utf-8")
        settings = tomllib.loads(text)
    except (OSError, UnicodeDecodeError):
        raise SettingsError("cannot be read", where=str(path), do="Give a TOML file.") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"not TOML: {error}", where=str(path), do="Correct it.") from None
    if "://" in str(settings.get("url_variable", "")) or "url" in settings:
        raise SettingsError(
            "an address does not belong in a file",
            where=str(path),
            do=f"Put it in the environment variable {URL_VARIABLE}, or name another with "
            "url_variable.",
        )
    return settings


class DatabaseTables:
    """The tables of a schema."""

    def __init__(self, connection: sa.Connection, schema: str | None) -> None:
        self._connection, self._schema = connection, schema
        self._inspector = sa.inspect(connection)
        found = [*self._inspector.get_table_names(schema), *self._inspector.get_view_names(schema)]
        self._names = {name.lower(): name for name in found}

    def has(self, table: str) -> bool:
        return table in self._names

    def columns(self, table: str) -> list[str]:
        return list(self._columns(table))

    def _columns(self, table: str) -> dict[str, str]:
        columns = self._inspector.get_columns(self._names[table], self._schema)
        return {column["name"].lower(): column["name"] for column in columns}

    def blocks(
        self,
        table: str,
        columns: Collection[str],
        optional: Collection[str] = (),
        only: Only | None = None,
    ) -> Iterator[Block]:
        """As ``Files.blocks``; rows come in the order in which the database gives them."""
        given = self._columns(table)
        require(columns, given, table)
        wanted = {name: given[name] for name in (*columns, *optional) if name in given}
        absent = [name for name in optional if name not in given]
        source = sa.table(
            self._names[table], *(sa.column(name) for name in wanted.values()), schema=self._schema
        )
        query = sa.select(*(source.c[name] for name in wanted.values()))
        if only:
            # Written out: parameters are limited (2,100 on SQL Server), ATC has more concepts.
            asked: sa.BindParameter = sa.bindparam(
                "wanted", list(only[1]), expanding=True, literal_execute=True
            )
            query = query.where(source.c[wanted[only[0]]].in_(asked))
        first_row = 1
        for _, rows in stream(self._connection, query, table):
            values = list(zip(*rows, strict=True)) or [() for _ in wanted]
            texts = {
                name: pd.Series(as_text(column, f"{table}.{name}"), dtype="str")
                for name, column in zip(wanted, values, strict=True)
            }
            frame = pd.DataFrame(texts).assign(**dict.fromkeys(absent))
            frame[absent] = frame[absent].astype("str")
            if len(frame):
                yield Block(frame.mask(frame == ""), table, first_row)
            first_row += len(frame)
