"""Calls for what the register already holds: people on the week's lists."""

from dataclasses import dataclass

from benchmarks.serving.load import Ask
from features.home import Home
from serving.register import Register


@dataclass(frozen=True)
class Stored:
    """``asks``: a listed person's page of the API each, kind ``person``."""

    asks: list[Ask]
    care_units: list[str]
    people: list[str]


def stored(home: Home, people: int = 100) -> Stored:
    register = Register.open(home)
    try:
        run = register.current()
        assert run is not None
        units = [unit.care_unit for unit in register.units(run.id)]
        listed = [e.person_id for unit in units for e in register.entries(run.id, unit)][:people]
    finally:
        register.close()
    asks = [Ask("GET", f"/api/v1/people/{person}", kind="person") for person in listed]
    return Stored(asks, units, listed)
