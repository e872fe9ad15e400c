from pathlib import Path

from features.data_contract import page

FILE = Path(__file__).parents[2] / "docs" / "data-contract.md"


def test_the_page_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), (
        "run: python -m features.data_contract > docs/data-contract.md"
    )
