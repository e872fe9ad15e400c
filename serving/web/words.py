"""How the pages say things in one language: catalogue, dates, numbers, chances."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal, get_decimal_symbol

from features.swedish_time import SWEDEN
from serving.api.answers import MobileModel, Words
from serving.web.catalogue import LANGUAGES, N_, translations

__all__ = ["LANGUAGES", "Speech", "sentence"]

SEX = {"female": N_("female"), "male": N_("male"), "unknown": N_("unknown")}
CHANGES = {
    "new": N_("change_new"),
    "still": N_("change_still"),
    "returned": N_("change_returned"),
    "risen": N_("change_risen"),
    "discharged": N_("change_discharged"),
}


def sentence(said: str) -> str:
    """A phrase with a capital first, but not where that would spoil a name such as eGFR."""
    return said if said[1:2].isupper() else said[:1].upper() + said[1:]


def few_of(probability: float) -> tuple[int, int]:
    """So many of 10, if that is at most 2.5 in a hundred from the truth; else of 100."""
    tenths = int(probability * 10 + 0.5)
    if 1 <= tenths <= 9 and abs(probability - tenths / 10) < 0.0251:
        return tenths, 10
    return max(1, int(probability * 100 + 0.5)), 100


class Speech:
    """One language's way of saying things. Unknown keys are errors, not blanks."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language)
        self.catalogue = translations(language)
        self._point = get_decimal_symbol(self.locale)

    @staticmethod
    @cache
    def of(language: str) -> "Speech":
        return Speech(language)

    def text(self, key: str, **values: object) -> str:
        return self.catalogue.gettext(key) % values

    def many(self, key: str, n: int, **values: object) -> str:
        """A text with a plural; ``%(num)s`` in it is the number, thousands apart."""
        return self.catalogue.ngettext(key, key, n) % {"num": self.count(n), **values}

    def words(self, words: Words) -> str:
        return words.in_(self.language)

    # -- chances ------------------------------------------------------------------------

    def chance(self, probability: float, *, short: bool = False) -> str:
        """A probability as a natural frequency: people read those better than percentages."""
        if probability < 0.005:
            return self.text("fewer_than_one")
        if probability >= 0.995:
            return self.text("nearly_all")
        n = int(probability * 100 + 0.5)
        return self.text("about_short", n=n) if short else self.text("about", n=n)

    def frequency(self, probability: float) -> str:
        """Of how few people it can be said: ``4 av 10`` where that is near enough, else
        ``6 av 100``."""
        if not 0.005 <= probability < 0.995:
            return self.chance(probability)
        n, of = few_of(probability)
        return self.text("n_of", n=n, of=of)

    # -- names --------------------------------------------------------------------------

    def target(self, name: str) -> str:
        from models.targets import TARGETS

        return TARGETS[name].label(self.language) if name in TARGETS else name

    def group(self, name: str) -> str:
        from models.population import TARGET_GROUPS

        return TARGET_GROUPS[name].label(self.language) if name in TARGET_GROUPS else name

    def group_means(self, name: str) -> str:
        from models.population import TARGET_GROUPS

        return TARGET_GROUPS[name].meaning(self.language) if name in TARGET_GROUPS else ""

    def rule(self, suggestion: MobileModel) -> str:
        """Why a model is suggested, without repeating its name."""
        said = suggestion.rule.in_(self.language)
        prefix = f"{self.text('mobile_model', m=suggestion.model)}: "
        said = said.removeprefix(prefix)
        return sentence(said)

    def unit(self, care_unit: str, name: str | None) -> str:
        return self.text("everyone") if care_unit == "all" else name or care_unit

    def sex(self, sex: str) -> str:
        return self.text(SEX.get(sex, SEX["unknown"]))

    def age(self, age: int | None) -> str:
        return self.text("age_unknown") if age is None else self.many("years", age)

    def change(self, change: str) -> str:
        return self.text(CHANGES[change])

    # -- days and numbers ---------------------------------------------------------------

    def day(self, day: date) -> str:
        """A date in full words."""
        return format_date(day, "d MMMM y", locale=self.locale)

    def month(self, day: date) -> str:
        """``maj 2026``, ``May 2026``."""
        return format_date(day, "MMM y", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Day and time, as the clock shows them in Sweden."""
        return format_datetime(at, "d MMM y HH:mm", tzinfo=SWEDEN, locale=self.locale)

    def week(self, week: str) -> str:
        """``2026-W47`` as people say it."""
        year, _, number = week.partition("-W")
        return f"{int(number)}, {year}"

    def week_number(self, week: str) -> str:
        return str(int(week.partition("-W")[2]))

    def decimal(self, value: float, places: int = 2) -> str:
        said = f"{Decimal(str(value)):.{places}f}"  # as Babel rounds, at a twentieth of the time
        return said.replace("-", "\N{MINUS SIGN}").replace(".", self._point)

    def count(self, number: float) -> str:
        """A whole number, thousands apart, as each language does."""
        return format_decimal(round(number), "#,##0", locale=self.locale)

    def percent(self, share: float) -> str:
        """A share as a whole percentage, in each language's form."""
        return self.text("about_short", n=int(share * 100 + 0.5))
