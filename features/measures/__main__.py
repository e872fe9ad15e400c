"""``python -m features.measures`` prints docs/features.md from the declarations."""

from features.measures.describe import features_page

if __name__ == "__main__":
    print(features_page(), end="")
