"""Common forms of wording, so that measures of one sort are said in one way."""

from dataclasses import replace

from features.measures.base import Phrase, Wording

_UNKNOWN_SV, _UNKNOWN_EN = "{}: okänt", "{}: not known"


def _phrase_sv(
    label: str, *, one: str, none: str, many: str = "", never: str = "", less: str = ""
) -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_SV.format(label), never, less)


def _phrase_en(
    label: str, *, one: str, none: str, many: str = "", never: str = "", less: str = ""
) -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_EN.format(label), never, less)


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
    """How many days of something within a window: "4 dagar på sjukhus senaste året"."""
    return Wording(
        sv=_phrase_sv(
            f"Dagar {sv}",
            one=f"1 dag {sv} {{window}}",
            none=f"Inga dagar {sv} {{window}}",
            many=f"{{n}} dagar {sv} {{window}}",
        ),
        en=_phrase_en(
            f"Days {en}",
            one=f"1 day {en} {{window}}",
            none=f"No days {en} {{window}}",
            many=f"{{n}} days {en} {{window}}",
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


def days_since_diagnosis(
    *,
    sv: str,
    en: str,
    never: tuple[str, str],
    noun: tuple[str, str] = ("diagnos", "diagnosis"),
) -> Wording:
    """How long ago a diagnosis of a group was last recorded; ``never`` as in ``days_since``.
    ``noun``: for what nobody calls a diagnosis, as a fall."""
    noun_sv, noun_en = noun
    return Wording(
        sv=_phrase_sv(
            f"{sv}, dagar sedan senaste {noun_sv}",
            one=f"{sv}: senaste {noun_sv} för 1 dag sedan",
            none=f"{sv}: {noun_sv} samma dag",
            many=f"{sv}: senaste {noun_sv} för {{n}} dagar sedan",
            never=never[0],
        ),
        en=_phrase_en(
            f"{en}, days since the latest {noun_en}",
            one=f"{en}: latest {noun_en} 1 day ago",
            none=f"{en}: {noun_en} on the day",
            many=f"{en}: latest {noun_en} {{n}} days ago",
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
            f"{sv}, ny diagnos",
            one=f"{sv}: ny diagnos {{window}}",
            none=f"{sv}: ingen ny diagnos {{window}}",
        ),
        en=_phrase_en(
            f"{en}, new diagnosis",
            one=f"{en}: new diagnosis {{window}}",
            none=f"{en}: no new diagnosis {{window}}",
        ),
    )


def sought_for(*, sv: str, en: str) -> Wording:
    """Whether a symptom was a reason for contact."""
    return Wording(
        sv=_phrase_sv(
            f"{sv}, symtom",
            one=f"{sv}: orsak till vårdkontakt {{window}}",
            none=f"{sv}: ingen vårdkontakt för detta {{window}}",
        ),
        en=_phrase_en(
            f"{en}, symptom",
            one=f"{en}: reason for contact {{window}}",
            none=f"{en}: no contact for this {{window}}",
        ),
    )


def admitted_for(*, sv: str, en: str) -> Wording:
    """Whether the principal diagnosis of an unplanned admission was of a group."""
    return Wording(
        sv=_phrase_sv(
            f"{sv}, oplanerad inläggning",
            one=f"{sv}: oplanerad inläggning för detta {{window}}",
            none=f"{sv}: ingen oplanerad inläggning för detta {{window}}",
        ),
        en=_phrase_en(
            f"{en}, unplanned admission",
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
            f"{sv}, nytt läkemedel",
            one=f"{sv}: första uttaget {{window}}",
            none=f"{sv}: inget första uttag {{window}}",
        ),
        en=_phrase_en(
            f"{en}, newly started",
            one=f"{en}: first dispensed {{window}}",
            none=f"{en}: not newly started {{window}}",
        ),
    )


def taken_together(*, sv: str, en: str) -> Wording:
    """Whether a combination of medicines was collected."""
    return Wording(
        sv=_phrase_sv(sv, one=f"{sv}: uttag {{window}}", none=f"{sv}: inga uttag {{window}}"),
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


def done(*, sv: str, en: str, has_been: tuple[str, str] = ("gjord", "done")) -> Wording:
    """Whether a measure was taken. ``has_been``: the participle that follows the Swedish noun's
    gender ("gjord", "gjort"), and the English one."""
    sv_been, en_been = has_been
    return Wording(
        sv=_phrase_sv(
            sv, one=f"{sv}: {sv_been} {{window}}", none=f"{sv}: inte {sv_been} {{window}}"
        ),
        en=_phrase_en(
            en, one=f"{en}: {en_been} {{window}}", none=f"{en}: not {en_been} {{window}}"
        ),
    )


def yes_no(*, sv: tuple[str, str, str], en: tuple[str, str, str]) -> Wording:
    """A state: (label, yes, no) in each language."""
    return Wording(
        sv=_phrase_sv(sv[0], one=sv[1], none=sv[2]),
        en=_phrase_en(en[0], one=en[1], none=en[2]),
    )


def met(*, sv: tuple[str, str], en: tuple[str, str]) -> Wording:
    """How many different ones were met: (singular, plural) in each language."""
    return Wording(
        sv=_phrase_sv(
            f"Kontakt med olika {sv[1]}",
            one=f"Kontakt med 1 {sv[0]} {{window}}",
            none=f"Ingen kontakt med någon {sv[0]} {{window}}",
            many=f"Kontakt med {{n}} olika {sv[1]} {{window}}",
        ),
        en=_phrase_en(
            f"Contact with different {en[1]}",
            one=f"Contact with 1 {en[0]} {{window}}",
            none=f"No contact with any {en[0]} {{window}}",
            many=f"Contact with {{n}} different {en[1]} {{window}}",
        ),
    )


def amount(
    *,
    sv: tuple[str, str],
    en: tuple[str, str],
    one: tuple[str, str] = ("", ""),
    none: tuple[str, str] = ("", ""),
    unknown: tuple[str, str] = ("", ""),
) -> Wording:
    """A number that is not a count: (label, sentence with ``{n}``) in each language.

    ``one``, ``none``, ``unknown``: said of 1, of 0 and where nothing is known, in (Swedish,
    English), where it is said otherwise.
    """

    def phrase(said: Phrase, unknown: str) -> Phrase:
        return replace(said, unknown=unknown) if unknown else said

    return Wording(
        sv=phrase(
            _phrase_sv(sv[0], one=one[0] or sv[1], none=none[0] or sv[1], many=sv[1]), unknown[0]
        ),
        en=phrase(
            _phrase_en(en[0], one=one[1] or en[1], none=none[1] or en[1], many=en[1]), unknown[1]
        ),
    )


def points(*, sv: tuple[str, str], en: tuple[str, str]) -> Wording:
    """Points of a score: (label, what stands before the number) in each language.
    "Skörhet: HFRS 1 poäng senaste 2 åren"."""
    return amount(
        sv=(sv[0], f"{sv[1]} {{n}} poäng {{window}}"),
        en=(en[0], f"{en[1]} {{n}} points {{window}}"),
        one=("", f"{en[1]} 1 point {{window}}"),
    )


def change(*, sv: tuple[str, str, str, str], en: tuple[str, str, str, str]) -> Wording:
    """A difference: (label, where there is none, where it is more, where it is less)."""
    return Wording(
        sv=_phrase_sv(sv[0], none=sv[1], one=sv[2], many=sv[2], less=sv[3]),
        en=_phrase_en(en[0], none=en[1], one=en[2], many=en[2], less=en[3]),
    )


def rises(*, sv: str, en: str) -> Wording:
    """A recent rate against the person's own past, per 30 days. The nouns are plural."""
    said_sv, said_en = _capital(sv), _capital(en)
    return change(
        sv=(
            f"{said_sv}, förändring",
            f"{said_sv}: lika ofta som tidigare",
            f"{said_sv}: oftare än tidigare ({{n}} fler i månaden)",
            f"{said_sv}: mer sällan än tidigare ({{n}} färre i månaden)",
        ),
        en=(
            f"{said_en}, change",
            f"{said_en}: as often as before",
            f"{said_en}: more often than before ({{n}} more a month)",
            f"{said_en}: less often than before ({{n}} fewer a month)",
        ),
    )
