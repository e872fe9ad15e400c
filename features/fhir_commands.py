"""``framsynt fhir-export``: a bulk export from a FHIR server into a folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from features.commands import names_of, say

app = typer.Typer()


@app.command("fhir-export")
def fhir_export(
    url: Annotated[str, typer.Argument(help="e.g. https://server/fhir/Group/65plus/$export")],
    folder: Annotated[Path, typer.Argument(help="Where the files are put.")],
    types: Annotated[str, typer.Option(help="Types of resource, with commas; those read.")] = "",
) -> None:
    """Fetch a bulk export ($export) from a FHIR server, for 'framsynt ingest fhir FOLDER'.

    A token, where the server asks for one, stands in FRAMSYNT_FHIR_TOKEN. Interrupted, the same
    command goes on where it was. The server's copy is deleted when all files are here; the
    folder is yours to delete when it is ingested: it holds what the server sent, names
    and personal identity numbers too.
    """
    from features.sources.fhir.export import TOKEN_VARIABLE, BulkExport
    from features.sources.fhir.files import TYPES

    token = os.environ.get(TOKEN_VARIABLE, "")
    done = BulkExport(url, folder, names_of(types) or TYPES, token).run()
    for kind, count in sorted(done.files.items()):
        say(f"  {kind}: {count} files")
    if done.problems:
        say(f"  the server reports {done.problems:,} problems with what it exported")
    say(f"Exported as of {done.transaction_time} to {folder}.")
