"""The data contract as a page: ``python -m features.data_contract > docs/data-contract.md``."""

from features.columns import Reason
from features.tables import ALL_TABLES, Column, Kind, Table

_KIND = {
    Kind.TEXT: "text",
    Kind.DATE: "date",
    Kind.NUMBER: "number",
    Kind.WHOLE: "whole number",
    Kind.YES_NO: "true/false",
}

_BEFORE = """\
# The data contract

Generated from `features/tables.py` by `python -m features.data_contract`. Do not edit.

A folder for `framsynt ingest tables FOLDER` holds one file for each table that is delivered:
`<table>.csv`, `<table>.csv.gz` or `<table>.parquet`, or a folder `<table>/` of such files. CSV is
UTF-8 with comma or semicolon, and its first line names the columns. Dates are `YYYY-MM-DD` (a time
of day is dropped; a moment with a time zone is the day it was in Stockholm); a decimal mark is a
point; an empty field is missing. Columns marked optional may be left out, as may `recorded_at`. A
table that is not delivered is "not known"; a table with columns but without rows is "known, none".
READMEs, `.md`, `.json` and `.txt` files and whatever begins with `truth` are passed over; any other
file is an error.

`person_id` is a pseudonym. A column in which most values are Swedish personal identity or
coordination numbers is refused, and with it the whole delivery.
"""

_AFTER = """\
## What becomes of faulty rows

A fault of the delivery as a whole (an unknown or missing column, a column of the wrong kind, a
missing `persons`, an empty or damaged file) stops the ingest. A faulty row is left out and entered
in the extract's `rejects.parquet` with file, row, table, column and reason, without its content;
the manifest counts them. If more than 1 % of a table's rows are rejected (`--max-rejected`), the
ingest stops and the previous extract stays in use. A row is rejected for the first of these
that it meets:

{reasons}

Where a key is used twice the first row stands. Rows of a rejected person, and diagnoses and
procedures of a rejected contact, go with it. `contact_id` must be unique within a person.

## Known then

`recorded_at` may be earlier than the start of a period (listings, observation periods, municipal
care and enrolments are decided ahead) but not earlier than an event (contacts, diagnoses,
procedures, dispensings, observations). Nothing may be recorded after the last day of the delivery;
where the source does not state that day, it is the latest `recorded_at`, no later than today.

## Joined stays

Inpatient contacts of a person that overlap, or follow on the day of discharge, are one admission.
An extract joins two of them where the result looks the same on every index date as the two parts
known one by one, that is where

- `recorded_at(later part) <= max(end(earlier part), recorded_at(earlier part))`, and
- `recorded_at(earlier part) <= max(recorded_at(later part), start(later part))`.

The admission has the id, start, urgency, unit and `recorded_at` of the first part, and the latest
end (none if a part is open). Diagnoses and procedures move to it, known no sooner than their part;
the principal diagnosis is that of the first part (`position` 1 becomes 2 in the others). Where the
later part became known only after the earlier was over, joining them would tell the past what it
could not know; such stays stand as delivered, as two.
"""


def page() -> str:
    """The whole page, Markdown."""
    reasons = "\n".join(f"- {reason}" for reason in Reason)
    tables = "\n".join(_table(table) for table in ALL_TABLES)
    return f"{_BEFORE}\n{tables}\n{_AFTER.format(reasons=reasons)}"


def _table(table: Table) -> str:
    notes = ["Required." if table.required else ""]
    notes.append(f"Key: `{'`, `'.join(table.key)}`." if table.key else "")
    if table.recorded_by_default:
        notes.append(f"`recorded_at` is by default `{table.recorded_by_default}`.")
    lines = [
        f"## {table.name}",
        "",
        " ".join([f"A row is {table.a_row_is}.", *filter(None, notes)]),
        "",
        "| column | kind | | values | meaning |",
        "|---|---|---|---|---|",
        *(_column(column) for column in table.columns),
        "",
    ]
    return "\n".join(lines)


def _column(column: Column) -> str:
    optional = "optional" if column.nullable else ""
    values = ", ".join(f"`{value}`" for value in column.allowed)
    if column.minimum is not None:
        values = (
            f"{column.minimum:g} to {column.maximum:g}"
            if column.maximum
            else (f"from {column.minimum:g}")
        )
    kind = f"{_KIND[column.kind]}, {column.unit}" if column.unit else _KIND[column.kind]
    return f"| `{column.name}` | {kind} | {optional} | {values} | {column.meaning} |"


if __name__ == "__main__":
    print(page(), end="")
