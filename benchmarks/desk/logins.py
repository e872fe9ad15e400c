"""Logged in beforehand: sessions of the register, and the cookies that speak of them."""

import json
from base64 import b64encode

from itsdangerous import TimestampSigner

from features.home import Home
from serving.register import Register
from serving.security.login import Login
from serving.security.security import SESSION_KEY
from serving.security.sessions import Sessions
from serving.security.who import Principal, Role


def log_in(home: Home, register: Register, nurses: int) -> list[tuple[str, dict[str, str]]]:
    """For each nurse a care unit of her own, as far as there are enough, and her cookies."""
    secret = Login.of(home)[0].secret
    run = register.current()
    assert run is not None
    units = [u.care_unit for u in register.units(run.id)]
    sessions = Sessions(register.engine)
    made = []
    for number in range(nurses):
        unit = units[number % len(units)]
        nurse = Principal(
            f"nurse-{number:03}",
            f"Sköterska {number}",
            frozenset({Role.REVIEWER}),
            frozenset({unit}),
        )
        kept = b64encode(json.dumps({SESSION_KEY: sessions.begin(nurse)}).encode())
        made.append((unit, {"framsynt": TimestampSigner(secret).sign(kept).decode()}))
    return made
