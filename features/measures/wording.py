"""Common forms of wording, so that measures of one sort are said in one way."""

from features.measures.base import Phrase, Wording

_UNKNOWN_SV, _UNKNOWN_EN = "{}: okänt", "{}: not known"


def _phrase_sv(label: str, *, one: str, none: str, many: str = "", never: str = "") -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_SV.format(label), never)


def _phrase_en(label: str, *, one: str, none: str, many: str = "", never: str = "") -> Phrase:
    return Phrase(label, one, none, many, _UNKNOWN_EN.format(label), never)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def counts(*, sv: tuple[str, str], en: tuple[str, str]) -> Wording:
    """How many: (singular, plural) in each language. "3 oplanerade inläggningar senaste året"."""
    return Wording(
        sv=_phrase_sv(
            _capital(sv[1]),
            one=f"1 {sv[0]} {{window}}",
            none=f"Inga {sv[1]} {{window}}",
            many=f"{{n}} {sv[1]} {{window}}",
        ),
        en=_phrase_en(
            _capital(en[1]),
            one=f"1 {en[0]} {{window}}",
            none=f"No {en[1]} {{window}}",
            many=f"{{n}} {en[1]} {{window}}",
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


def medicine(*, sv: str, en: str) -> Wording:
    """Whether a medicine of a group was collected."""
    return Wording(
        sv=_phrase_sv(sv, one=f"{sv}: uttag {{window}}", none=f"{sv}: inget uttag {{window}}"),
        en=_phrase_en(en, one=f"{en}: dispensed {{window}}", none=f"{en}: none {{window}}"),
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
