"""What the pages say, in each language: read once from the catalogues under ``locale/``.

Keys are names, not sentences, so both languages stand in catalogues. After new keys:

    pybabel extract -F serving/web/locale/babel.cfg -k text -k many:1,1 --no-location \\
        --sort-output --project=Framsynt -o serving/web/locale/framsynt.pot serving/web

then write them into both ``framsynt.po``. Tests hold the three against each other.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import NoReturn

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("sv", "en")
LOCALE = Path(__file__).parent / "locale"


class UnknownKey(KeyError):
    """A key that stands in no catalogue: a mistake in the code, never a blank on the page."""


class _Missing(NullTranslations):
    def gettext(self, message: str) -> NoReturn:
        raise UnknownKey(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> NoReturn:
        raise UnknownKey(msgid1)


def N_(key: str) -> str:  # noqa: N802  (the name by which catalogues find keys kept in tables)
    """Marks a key that is said later."""
    return key


def file_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "framsynt.po"


@cache
def translations(language: str) -> GNUTranslations:
    """A language's catalogue. UnknownKey on asking it for what it lacks."""
    with file_of(language).open("rb") as file:
        catalogue = read_po(file, locale=language, domain="framsynt")
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    found = GNUTranslations(compiled)
    found.add_fallback(_Missing())
    return found
