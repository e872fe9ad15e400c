"""What can be set is written down, and what the files set can be set."""

import re

import pytest

from tests.deploy.files import DEPLOY, ROOT, assignments, may_be_set, settings_of_the_code

FILES = sorted(
    str(f.relative_to(ROOT)) for f in DEPLOY.rglob("*") if f.is_file() and f.suffix != ".json"
)
DOCUMENTED = "\n".join(f.read_text(encoding="utf-8") for f in sorted((ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("file", FILES)
def test_settings_named_in_a_file_are_there(file: str) -> None:
    named = re.findall(r"\bFRAMSYNT_[A-Z_]*[A-Z]", (ROOT / file).read_text(encoding="utf-8"))
    assert set(named) - may_be_set() <= {"FRAMSYNT_SOURCE_FOLDER"}  # compose's own


@pytest.mark.parametrize("name", sorted(settings_of_the_code()))
def test_every_setting_is_documented(name: str) -> None:
    assert re.search(rf"\b{name}\b", DOCUMENTED)


@pytest.mark.parametrize("file", ["env.example", "kubernetes/settings.env"])
def test_examples_hold_settings_and_no_secrets(file: str) -> None:
    found = assignments((DEPLOY / file).read_text(encoding="utf-8"))
    ours = {name for name in found if name.startswith("FRAMSYNT_")}
    assert ours <= may_be_set()
    assert not [n for n in found if re.search(r"SECRET|TOKEN|PASSWORD", n)]
