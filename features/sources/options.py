"""What can be set for a source: fields of its dataclass, each with its meaning.

    code_map: Path | None = field(default=None, metadata={MEANING: "CSV of codes"})

is set by ``framsynt ingest SOURCE WHERE --set code_map=FILE``.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

from features.errors import SettingsError
from features.sources.base import Source
from features.validation import nearest

MEANING = "meaning"


def options_of(source: Source) -> dict[str, str]:
    """Names of what can be set, and what each means."""
    if not is_dataclass(source):
        return {}
    return {f.name: f.metadata[MEANING] for f in fields(source) if MEANING in f.metadata}


def configured(source: Source, given: Mapping[str, str]) -> Source:
    """The source with its options set. Raises SettingsError for one that it does not have."""
    if not given:
        return source
    known = options_of(source)
    for name in given:
        if name not in known:
            does = f"It has: {', '.join(known)}." if known else "It has no options."
            raise SettingsError(
                f"the source '{source.name}' has no option '{name}'{nearest(name, list(known))}",
                where="--set",
                do=does,
            )
    paths = {f.name for f in fields(source) if "Path" in str(f.type)}  # type: ignore[arg-type]
    values = {name: Path(text) if name in paths else text for name, text in given.items()}
    return replace(source, **values)  # type: ignore[type-var]


def parse_settings(pairs: list[str]) -> dict[str, str]:
    """``name=value`` texts as a mapping. Raises SettingsError for one without a name."""
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise SettingsError("not NAME=VALUE", where="--set", do="Write code_map=codes.csv.")
        given[name.strip().replace("-", "_")] = value
    return given
