"""What care units are called: lists hold their HSA-ids, people know them by name."""

import json

from features.home import Home


def unit_names(home: Home) -> dict[str, str]:
    """HSA-id -> name, from the home's ``care_units.json`` (``{"SE…": {"name": "…"}}``), else
    from the simulated region's description; empty where neither is there or readable. Units
    without a name are left out.
    """
    own, simulated = home.path / "care_units.json", home.region / "region.json"
    for file, inside in ((own, None), (simulated, "care_units")):
        try:
            said = json.loads(file.read_text(encoding="utf-8"))
            units = said[inside] if inside else said
            return {str(unit): str(of["name"]) for unit, of in units.items() if "name" in of}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return {}
