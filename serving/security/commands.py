"""``framsynt login``: the demo's users, and a new password and API token."""

from __future__ import annotations

from typing import Annotated

import typer

from features.commands import HOME, HomeOption, home_at, say

app = typer.Typer()


@app.command()
def login(
    new: Annotated[bool, typer.Option("--new", help="Make a new password and API token.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    home: HomeOption = HOME,
) -> None:
    """Show the demo login's users; with --new, make a new password and API token.

    They are shown once and kept only as hashes. A new login ends the sessions of the one
    before, also in a service that runs. For simulated people only: real ones need your
    organisation's own login (docs/security.md).
    """
    from serving.run import login_lines
    from serving.security.login import USERS, Login

    place = home_at(home)
    _, words = Login.renew(place) if new else Login.of(place)
    if json:
        import json as plain

        told = {"users": {user: sorted(roles) for user, roles in USERS.items()}}
        if words is not None:
            told |= {"password": words.password, "token": words.token}  # type: ignore[dict-item]
        say(plain.dumps(told, indent=2))
        return
    say(login_lines(words).rstrip())
