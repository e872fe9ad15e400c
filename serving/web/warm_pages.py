"""What the first readers would wait for: templates compiled, days and numbers said once, and
the statements of a list written."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from features.errors import FramsyntError
from serving.places import day_of, places_of
from serving.review import rows_of
from serving.web.render import environment
from serving.web.words import LANGUAGES, Speech


def warm_pages(desk: Any) -> None:
    """Before the service says that it is ready: a second. Nobody is shown anything."""
    now = datetime.now(UTC)
    for language in LANGUAGES:
        templates = environment(language)
        for name in templates.list_templates():
            templates.get_template(name)
        speech = Speech.of(language)
        speech.day(now.date()), speech.moment(now), speech.count(1000), speech.decimal(0.5)
    register = desk.register
    with suppress(FramsyntError):
        run = register.current()
        units = register.units(run.id) if run is not None else []
        for unit in units[:1]:
            rows_of(register, run, desk.weekly_list(run, unit.care_unit).entries)
            places_of(register, unit.care_unit, day_of(run), run)
