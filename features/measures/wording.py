"""Common forms of wording, so that measures of one sort are said in one way."""

from features.measures.base import Phrase, Wording

_UNKNOWN_SV, _UNKNOWN_EN = "{}: okänt", "{}: not known"


def _phrase_sv(label: str, *, one: str, none: str, many: str = "", never: str = "") -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_SV.format(label), never)


def _phrase_en(label: str, *, one: str, none: str, many: str = "", never: str = "") -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_EN.format(label), never)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def counts(*, sv: tuple[str, str], en: tuple[str, str], comma: bool = False) -> Wording:
    """How many: (singular, plural) in each language. "3 oplanerade inläggningar senaste året".

    None of many different ones is just none: "Inga läkemedel", not "Inga olika läkemedel".
    ``comma``: set the window off, for nouns that hold a time of their own.
    """
    window = ", {window}" if comma else " {window}"
    return Wording(
        sv=_phrase_sv(
            _capital(sv[1]),
            one=f"1 {sv[0]}{window}",
            none=f"Inga {sv[1].removeprefix('olika ')}{window}",
            many=f"{{n}} {sv[1]}{window}",
        ),
        en=_phrase_en(
            _capital(en[1]),
            one=f"1 {en[0]}{window}",
            none=f"No {en[1].removeprefix('different ')}{window}",
            many=f"{{n}} {en[1]}{window}",
        ),
    )


def days_of(*, sv: str, en: str) -> Wording:
    """How many days of something within a window: "4 dagar: på sjukhus senaste året"."""
    return Wording(
        sv=_phrase_sv(
            f"Dagar: {sv}",
            one=f"1 dag: {sv} {{window}}",
            none=f"Inga dagar: {sv} {{window}}",
            many=f"{{n}} dagar: {sv} {{window}}",
        ),
        en=_phrase_en(
            f"Days: {en}",
            one=f"1 day: {en} {{window}}",
            none=f"No days: {en} {{window}}",
            many=f"{{n}} days: {en} {{window}}",
        ),
    )


def days_since(*, sv: str, en: str, never: tuple[str, str] = ("", "")) -> Wording:
    """How long ago. The nouns follow "sedan" and "since": "45 dagar sedan utskrivning".

    ``never``: said in (Swedish, English) where there was none within the measure's time.
    """
    return Wording(
        sv=_phrase_sv(
            f"Dagar sedan {sv}",
            one=f"1 dag sedan {sv}",
            none=f"0 dagar sedan {sv}",
            many=f"{{n}} dagar sedan {sv}",
            never=never[0],
        ),
        en=_phrase_en(
            f"Days since {en}",
            one=f"1 day since {en}",
            none=f"0 days since {en}",
            many=f"{{n}} days since {en}",
            never=never[1],
        ),
    )


def diagnosis(*, sv: str, en: str) -> Wording:
    """Whether a diagnosis of a group is recorded."""
    return Wording(
        sv=_phrase_sv(
            sv,
            one=f"{sv}: registrerad diagnos {{window}}",
            none=f"{sv}: ingen registrerad diagnos {{window}}",
        ),
        en=_phrase_en(
            en,
            one=f"{en}: recorded diagnosis {{window}}",
            none=f"{en}: no recorded diagnosis {{window}}",
        ),
    )


def newly_recorded(*, sv: str, en: str) -> Wording:
    """Whether a group of diagnoses was recorded for the first time."""
    return Wording(
        sv=_phrase_sv(
            f"Ny diagnos: {sv}",
            one=f"{sv}: ny diagnos {{window}}",
            none=f"{sv}: ingen ny diagnos {{window}}",
        ),
        en=_phrase_en(
            f"New diagnosis: {en}",
            one=f"{en}: new diagnosis {{window}}",
            none=f"{en}: no new diagnosis {{window}}",
        ),
    )


def sought_for(*, sv: str, en: str) -> Wording:
    """Whether a symptom was a reason for contact."""
    return Wording(
        sv=_phrase_sv(
            f"Symtom: {sv}",
            one=f"{sv}: orsak till vårdkontakt {{window}}",
            none=f"{sv}: ingen vårdkontakt för detta {{window}}",
        ),
        en=_phrase_en(
            f"Symptom: {en}",
            one=f"{en}: reason for contact {{window}}",
            none=f"{en}: no contact for this {{window}}",
        ),
    )


def admitted_for(*, sv: str, en: str) -> Wording:
    """Whether the principal diagnosis of an unplanned admission was of a group."""
    return Wording(
        sv=_phrase_sv(
            f"Oplanerat inlagd: {sv}",
            one=f"{sv}: oplanerad inläggning för detta {{window}}",
            none=f"{sv}: ingen oplanerad inläggning för detta {{window}}",
        ),
        en=_phrase_en(
            f"Unplanned admission: {en}",
            one=f"{en}: unplanned admission for this {{window}}",
            none=f"{en}: no unplanned admission for this {{window}}",
        ),
    )


def medicine(*, sv: str, en: str) -> Wording:
    """Whether a medicine of a group was collected."""
    return Wording(
        sv=_phrase_sv(sv, one=f"{sv}: uttag {{window}}", none=f"{sv}: inget uttag {{window}}"),
        en=_phrase_en(en, one=f"{en}: dispensed {{window}}", none=f"{en}: none {{window}}"),
    )


def newly_started(*, sv: str, en: str) -> Wording:
    """Whether a group of medicines was collected for the first time."""
    return Wording(
        sv=_phrase_sv(
            f"Nyinsatt: {sv}",
            one=f"{sv}: första uttaget {{window}}",
            none=f"{sv}: inte nyinsatt {{window}}",
        ),
        en=_phrase_en(
            f"Newly started: {en}",
            one=f"{en}: first dispensed {{window}}",
            none=f"{en}: not newly started {{window}}",
        ),
    )


def taken_together(*, sv: str, en: str) -> Wording:
    """Whether a combination of medicines was collected."""
    return Wording(
        sv=_phrase_sv(sv, one=f"{sv}: uttag {{window}}", none=f"{sv}: inte {{window}}"),
        en=_phrase_en(en, one=f"{en}: dispensed {{window}}", none=f"{en}: not {{window}}"),
    )


def nights(*, sv: str, en: str) -> Wording:
    """How long a stay was: "4 nätter: längsta vårdtillfället senaste året"."""
    return Wording(
        sv=_phrase_sv(
            _capital(sv),
            one=f"1 natt: {sv} {{window}}",
            none="Ingen natt på sjukhus {window}",
            many=f"{{n}} nätter: {sv} {{window}}",
        ),
        en=_phrase_en(
            _capital(en),
            one=f"1 night: {en} {{window}}",
            none="No night in hospital {window}",
            many=f"{{n}} nights: {en} {{window}}",
        ),
    )


def score_of_discharge(*, sv: str, en: str) -> Wording:
    """Points of a score at the latest discharge; without one there is no score."""
    return Wording(
        sv=Phrase(
            sv,
            one=f"{sv}: 1 poäng vid utskrivning {{window}}",
            none=f"{sv}: 0 poäng vid utskrivning {{window}}",
            many=f"{sv}: {{n}} poäng vid utskrivning {{window}}",
            unknown=f"{sv}: ingen utskrivning eller okänt",
        ),
        en=Phrase(
            en,
            one=f"{en}: 1 point at discharge {{window}}",
            none=f"{en}: 0 points at discharge {{window}}",
            many=f"{en}: {{n}} points at discharge {{window}}",
            unknown=f"{en}: no discharge, or not known",
        ),
    )


def of_six(*, sv: str, en: str) -> Wording:
    """How many of six criteria are met."""
    return Wording(
        sv=_phrase_sv(
            _capital(sv),
            one=f"Uppfyller 1 av 6 {sv}",
            none=f"Uppfyller inga {sv}",
            many=f"Uppfyller {{n}} av 6 {sv}",
        ),
        en=_phrase_en(
            _capital(en),
            one=f"Meets 1 of 6 {en}",
            none=f"Meets none of 6 {en}",
            many=f"Meets {{n}} of 6 {en}",
        ),
    )


def done(*, sv: str, en: str) -> Wording:
    """Whether a measure was taken."""
    return Wording(
        sv=_phrase_sv(sv, one=f"{sv}: gjord {{window}}", none=f"{sv}: inte gjord {{window}}"),
        en=_phrase_en(en, one=f"{en}: done {{window}}", none=f"{en}: not done {{window}}"),
    )


def yes_no(*, sv: tuple[str, str, str], en: tuple[str, str, str]) -> Wording:
    """A state: (label, yes, no) in each language."""
    return Wording(
        sv=_phrase_sv(sv[0], one=sv[1], none=sv[2]),
        en=_phrase_en(en[0], one=en[1], none=en[2]),
    )


def amount(*, sv: tuple[str, str], en: tuple[str, str]) -> Wording:
    """A number that is not a count: (label, sentence with ``{n}``) in each language."""
    return Wording(
        sv=_phrase_sv(sv[0], one=sv[1], none=sv[1], many=sv[1]),
        en=_phrase_en(en[0], one=en[1], none=en[1], many=en[1]),
    )


def rises(*, sv: str, en: str) -> Wording:
    """A recent rate against the person's own past, per 30 days."""
    return Wording(
        sv=_phrase_sv(
            f"Förändring: {sv}",
            one=f"{_capital(sv)}: förändring {{n}} per månad mot tidigare",
            none=f"{_capital(sv)}: som tidigare",
            many=f"{_capital(sv)}: förändring {{n}} per månad mot tidigare",
        ),
        en=_phrase_en(
            f"Change: {en}",
            one=f"{_capital(en)}: change {{n}} a month against before",
            none=f"{_capital(en)}: as before",
            many=f"{_capital(en)}: change {{n}} a month against before",
        ),
    )
