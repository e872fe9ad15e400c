"""What a slow source has read outlives an ingest that was killed, and nothing else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import FramsyntError, SourceUnreachable
from features.sources.base import Resumable, Source


@contextmanager
def resuming(folder: Path, source: Source) -> Iterator[Source]:
    """The source, keeping finished tables in ``folder`` if it is one that does.

    They are removed when the ingest is done, and when it is refused (what was read was
    wrong); not when the process dies or the source stops answering. Other sources remove
    what an earlier one left.
    """
    finished = folder / ".finished-tables"
    try:
        if isinstance(source, Resumable):
            yield source.keeping_in(finished)
        else:
            yield source
    except SourceUnreachable:
        raise
    except FramsyntError:
        shutil.rmtree(finished, ignore_errors=True)
        raise
    shutil.rmtree(finished, ignore_errors=True)
