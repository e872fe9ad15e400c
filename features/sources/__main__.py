"""``python -m features.sources`` prints docs/sources.md."""

from features.sources.describe import sources_page

print(sources_page(), end="")
