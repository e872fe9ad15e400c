"""Every error that Framsynt raises on purpose.

FramsyntError                  1   something an operator can act on
├── SettingsError              2   a parameter or setting is wrong
├── DataError                  3   source data break the contract
│   ├── PersonNumberError      3   a column looks like personal identity numbers
│   └── SourceUnreachable      3   a database or server does not answer, or stopped answering
├── MissingError               4   the home lacks what the command needs
│   ├── ExtractMissing         4   no extract has been ingested
│   └── ModelMissing           4   no champion has been trained
├── ModelMismatch              5   a model does not fit this version of the code
├── NotEnoughData              6   too few people, outcomes or dates to train or judge
├── ServiceError               7   the service cannot start (port in use …)
├── ReplayDiffers              8   the past looks another way from today than it did then
├── StaleData                  9   the extract or one of its tables is too old to list from
└── NotReproduced             10   a model made again from what was logged has other bytes

The number is the exit code of the command line. A message says what is wrong, where,
and what to do about it, and never holds a person's id, dates or codes.
"""


class FramsyntError(Exception):
    """Base of all errors shown to an operator without a traceback."""

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        self.what, self.where, self.do = what, where, do
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head.rstrip('.')}. {self.do}".strip() if self.do else head


class SettingsError(FramsyntError):
    exit_code = 2


class DataError(FramsyntError):
    exit_code = 3


class PersonNumberError(DataError):
    pass


class SourceUnreachable(DataError):
    pass


class MissingError(FramsyntError):
    exit_code = 4


class ExtractMissing(MissingError):
    pass


class ModelMissing(MissingError):
    pass


class ModelMismatch(FramsyntError):
    exit_code = 5


class NotEnoughData(FramsyntError):
    exit_code = 6


class ServiceError(FramsyntError):
    exit_code = 7


class ReplayDiffers(FramsyntError):
    exit_code = 8


class StaleData(FramsyntError):
    exit_code = 9


class NotReproduced(FramsyntError):
    exit_code = 10
