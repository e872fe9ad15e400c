"""What the pages say, in Swedish and English, and how they say numbers."""

from datetime import date

from serving.api.answers import MobileModel, Words

LANGUAGES = ("sv", "en")

TEXTS: dict[str, tuple[str, str]] = {
    "tagline": ("Veckans risklista för nära vård", "The weekly risk list for care near home"),
    "skip": ("Hoppa till innehållet", "Skip to content"),
    "log_in": ("Logga in", "Log in"),
    "log_out": ("Logga ut", "Log out"),
    "demo_login": ("Demoinloggning", "Demo login"),
    "demo_login_text": (
        "Det här är en demo med simulerade personer. Användarnamn och lösenord skrivs ut när "
        "tjänsten startar, och finns i filen login.json i hemkatalogen. "
        "Använd inte den här inloggningen för riktiga uppgifter.",
        "This is a demo with simulated people. The user name and password are printed when the "
        "service starts, and are in the file login.json in the home folder. "
        "Do not use this login for real data.",
    ),
    "user": ("Användarnamn", "User name"),
    "password": ("Lösenord", "Password"),
    "login_wrong": (
        "Fel användarnamn eller lösenord. Försök igen.",
        "Wrong user name or password. Try again.",
    ),
    "login_stale": (
        "Formuläret hade blivit för gammalt. Försök igen.",
        "The form had become too old. Try again.",
    ),
    "login_throttled": (
        "För många försök. Vänta fem minuter och försök igen.",
        "Too many attempts. Wait five minutes and try again.",
    ),
    "start": ("Vårdenheter", "Care units"),
    "start_lead": (
        "Välj din vårdenhet för att gå igenom veckans lista.",
        "Choose your care unit to go through this week's list.",
    ),
    "week": ("Vecka", "Week"),
    "listed_people": ("På listan", "On the list"),
    "new_people": ("Nya", "New"),
    "scored_people": ("Listade invånare", "Listed residents"),
    "everyone": ("Alla", "Everyone"),
    "no_list": ("Ingen veckolista än", "No weekly list yet"),
    "no_list_text": (
        "Det finns ingen lista att visa. Den görs med kommandot",
        "There is no list to show. Make one with the command",
    ),
    "list_of": ("Veckans lista", "This week's list"),
    "choose_week": ("Välj vecka", "Choose week"),
    "show": ("Visa", "Show"),
    "older_list": (
        "Du tittar på en äldre lista.",
        "You are looking at an older list.",
    ),
    "newest_list": ("Visa den senaste", "Show the newest"),
    "list_lead": (
        "Personer i minst en målgrupp, med störst beräknad risk för {target} först. "
        "Beräknat på det som var känt före {date}.",
        "People in at least one target group, the greatest estimated risk of {target} first. "
        "Estimated from what was known before {date}.",
    ),
    "list_size": (
        "{n} av högst {capacity} platser · {people} invånare bedömda",
        "{n} of at most {capacity} places · {people} residents scored",
    ),
    "list_empty": (
        "Ingen på vårdenheten uppfyller någon målgrupps villkor den här veckan.",
        "Nobody at the care unit meets the terms of a target group this week.",
    ),
    "new_model": (
        "En ny version av modellen används sedan förra veckan. Jämför inte risktalen "
        "med förra veckans.",
        "A new version of the model is in use since last week. Do not compare the risks with "
        "last week's.",
    ),
    "rank": ("Plats", "Rank"),
    "person": ("Person", "Person"),
    "risk": ("Risk", "Risk"),
    "why": ("Vad som höjer risken mest", "What raises the risk most"),
    "changed": ("Sedan förra veckan", "Since last week"),
    "model": ("Föreslagen modell", "Suggested model"),
    "mobile_model": ("Modell {m}", "Model {m}"),
    "years": ("{n} år", "{n} years"),
    "age_unknown": ("ålder okänd", "age unknown"),
    "female": ("kvinna", "woman"),
    "male": ("man", "man"),
    "unknown": ("kön okänt", "sex unknown"),
    "change_new": ("Ny på listan", "New on the list"),
    "change_still": ("Kvar på listan", "Still on the list"),
    "change_returned": ("Tillbaka på listan", "Back on the list"),
    "change_risen": ("Ökad risk", "Higher risk"),
    "change_discharged": ("Utskriven senaste veckan", "Discharged last week"),
    "gone": ("Inte längre på listan", "No longer on the list"),
    "gone_text": (
        "De här personerna stod på förra veckans lista men inte på den här.",
        "These people were on last week's list but are not on this one.",
    ),
    "about": ("{n} % – ungefär {n} av 100", "{n}% – about {n} in 100"),
    "about_short": ("{n} %", "{n}%"),
    "fewer_than_one": ("färre än 1 av 100", "fewer than 1 in 100"),
    "short_unplanned_365": ("Oplanerad inläggning, ett år", "Unplanned admission, a year"),
    "short_unplanned_30": ("Oplanerad inläggning, 30 dagar", "Unplanned admission, 30 days"),
    "short_admission_365": ("Inläggning, ett år", "Admission, a year"),
    "short_admission_30": ("Inläggning, 30 dagar", "Admission, 30 days"),
    "nearly_all": ("fler än 99 av 100", "more than 99 in 100"),
    "back_to_list": ("Till listan", "Back to the list"),
    "back_to_start": ("Till vårdenheter", "Back to care units"),
    "rank_on_list": ("Plats {n} på listan vecka {week}", "Rank {n} on the list of week {week}"),
    "not_on_list": (
        "Inte på listan vecka {week}",
        "Not on the list of week {week}",
    ),
    "scores": ("Beräknade risker", "Estimated risks"),
    "scores_lead": (
        "Av 100 personer med samma uppgifter beräknas så här många få händelsen.",
        "Of 100 people with the same records, this many are estimated to have the event.",
    ),
    "target": ("Händelse", "Event"),
    "groups": ("Målgrupper", "Target groups"),
    "no_groups": ("Ingen målgrupp", "No target group"),
    "reasons": ("Varför", "Why"),
    "reasons_lead": (
        "Uppgifterna nedan har samband med den beräknade risken för {target}. "
        "De är inte orsaker, och säger inte vad som hjälper.",
        "The records below are associated with the estimated risk of {target}. "
        "They are not causes, and do not say what helps.",
    ),
    "raises": ("Höjer risken", "Raises the risk"),
    "lowers": ("Sänker risken", "Lowers the risk"),
    "no_reasons": (
        "Skälen kan inte visas: modellen eller uppgifterna som gjorde listan används inte längre.",
        "Reasons cannot be shown: the model or the records behind the list are no longer in use.",
    ),
    "as_table": ("Visa diagrammet som tabell", "Show the chart as a table"),
    "reason": ("Uppgift", "Record"),
    "domain": ("Område", "Area"),
    "direction": ("Riktning", "Direction"),
    "share": ("Bidrag (log-odds)", "Contribution (log-odds)"),
    "odds": ("Oddsen gånger", "Odds times"),
    "rest": ("Övriga uppgifter tillsammans", "All other records together"),
    "base": ("Utgångsläge (genomsnitt)", "Starting point (average)"),
    "other_targets": ("Skäl för de andra riskerna", "Reasons for the other risks"),
    "timeline": ("Uppgifterna bakom", "The records behind"),
    "timeline_lead": (
        "Det som var känt före {date}, det senaste först.",
        "What was known before {date}, newest first.",
    ),
    "timeline_empty": ("Inga uppgifter att visa.", "No records to show."),
    "older": ("Äldre uppgifter", "Older records"),
    "shortened": (
        "Ännu äldre uppgifter visas inte.",
        "Records older still are not shown.",
    ),
    "to": ("till", "to"),
    "ongoing": ("pågår", "ongoing"),
    "days_long": ("{n} dygn", "{n} days"),
    "what_not": ("Vad ett risktal inte är", "What a score is not"),
    "not_1": (
        "Det är ingen diagnos och inget beslut. Bedömningen gör ni.",
        "It is not a diagnosis and not a decision. The judgement is yours.",
    ),
    "not_2": (
        "Det säger inte vad som skulle hjälpa. Skälen visar samband, inte orsaker.",
        "It does not say what would help. The reasons show associations, not causes.",
    ),
    "not_3": (
        "Det bygger bara på det som är registrerat. Sådant som ni vet men som inte står i "
        "journalen är inte med.",
        "It knows only what is recorded. What you know but the records do not say is left out.",
    ),
    "not_4": (
        "Ett lågt tal betyder inte att personen inte behöver vård. Låt det aldrig vara skäl "
        "att neka någon något.",
        "A low score does not mean that the person needs no care. Never let it be a reason to "
        "deny anybody anything.",
    ),
    "logged": (
        "Att du har öppnat sidan har noterats i åtkomstloggen.",
        "That you opened this page has been noted in the access log.",
    ),
    "made_by": (
        "Modellversion {model} · Underlag {extract}",
        "Model version {model} · Extract {extract}",
    ),
    "made_by_model": ("Modellversion {model}", "Model version {model}"),
    "footer": (
        "Framsynt räknar på registrerade uppgifter och ersätter ingen bedömning.",
        "Framsynt works from recorded data and replaces nobody's judgement.",
    ),
    "error_404": ("Sidan finns inte", "There is no such page"),
    "error_404_text": (
        "Listan, vårdenheten eller personen finns inte för den veckan.",
        "The list, care unit or person does not exist for that week.",
    ),
    "error_503": ("Tjänsten är inte redo", "The service is not ready"),
    "error_503_text": (
        "Vänta några sekunder och ladda om sidan.",
        "Wait a few seconds and reload the page.",
    ),
    "error_other": ("Något gick fel", "Something went wrong"),
    "error_other_text": (
        "Försök igen. Om felet återkommer, kontakta den som ansvarar för tjänsten.",
        "Try again. If it happens again, contact those who run the service.",
    ),
}

MONTHS_SV = "januari februari mars april maj juni juli augusti september oktober november december"


def sentence(said: str) -> str:
    """A phrase with a capital first, but not where that would spoil a name such as eGFR."""
    return said if said[1:2].isupper() else said[:1].upper() + said[1:]


class Speech:
    """One language's way of saying things. Unknown keys are errors, not blanks."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._column = LANGUAGES.index(language)

    def text(self, key: str, **values: object) -> str:
        said = TEXTS[key][self._column]
        return said.format(**values) if values else said

    def words(self, words: Words) -> str:
        return words.in_(self.language)

    def chance(self, probability: float, *, short: bool = False) -> str:
        """A probability as a natural frequency: people read those better than percentages."""
        if probability < 0.005:
            return self.text("fewer_than_one")
        if probability >= 0.995:
            return self.text("nearly_all")
        return self.text("about_short" if short else "about", n=int(probability * 100 + 0.5))

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

    def day(self, day: date) -> str:
        """A date in full words."""
        if self.language == "sv":
            return f"{day.day} {MONTHS_SV.split()[day.month - 1]} {day.year}"
        return f"{day.day} {day:%B} {day.year}"

    def week(self, week: str) -> str:
        """``2026-W47`` as people say it."""
        year, _, number = week.partition("-W")
        return f"{int(number)}, {year}"

    def decimal(self, value: float, places: int = 2) -> str:
        said = f"{value:.{places}f}".replace("-", "−")
        return said.replace(".", ",") if self.language == "sv" else said

    def count(self, number: int) -> str:
        """Thousands apart, as each language does."""
        said = f"{number:,}"
        return said.replace(",", "\N{NO-BREAK SPACE}") if self.language == "sv" else said
