from pathlib import Path

from features.sources import SOURCES
from features.sources.describe import sources_page

FILE = Path(__file__).parents[3] / "docs" / "sources.md"


def test_the_page_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == sources_page(), (
        "run: python -m features.sources > docs/sources.md"
    )


def test_every_source_says_what_it_delivers() -> None:
    page = sources_page()
    for name, source in SOURCES.items():
        assert f"## `{name}`" in page
        assert source.delivers
