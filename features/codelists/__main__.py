"""``python -m features.codelists`` prints docs/codelists.md from the lists."""

from features.codelists.describe import code_lists_page

if __name__ == "__main__":
    print(code_lists_page(), end="")
