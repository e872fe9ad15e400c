"""What the first caller would wait for, done before the service says that it is ready."""

from contextlib import suppress
from datetime import date

from features.errors import FramsyntError
from features.validation import tables_from_records
from serving.api.scoring import EXAMPLE
from serving.scoring import Scorer
from serving.telling import Live


def warm(scorer: Scorer) -> None:
    """The tables of every target's trees, the layout of the matrix, the rules of groups, the
    records behind a reason: seconds on the whole.

    Of the example in the API's description, who is nobody. A model that cannot score her is none
    the worse for it: whoever asks is told why.
    """
    tables = tables_from_records(EXAMPLE["history"])
    day = date.fromisoformat(EXAMPLE["index_date"])
    with suppress(FramsyntError):
        (scored,) = scorer.score(tables, day, list(scorer.model.targets))
        told = [r.feature for e in scored.explanations for r in e.reasons if r.feature]
        Live(tables, day).behind(told)
