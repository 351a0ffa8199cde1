"""Every error that secondline raises on purpose, in one tree.

    SecondlineError
      SettingsError           stop at start, say which key
      CatalogueError          stop at start, say which file and line
      InputError              what a person typed cannot be used: say what and what to do
      OutsideError            a system that we call said no
        Unavailable           retry, then a finding "unknown"
        RateLimited           retry after `retry_after_s`
        AccessDenied          a finding "unknown" and the permission that lacks
        NotFound              a finding, often the answer itself
      ReadOnlyViolation       a probe tried to write: abort the run, escalate
      DeadlineExceeded        the run is partial

The docstring of a class is its default message. Chain the cause: `raise X(...) from cause`.
"""


class SecondlineError(Exception):
    """Something went wrong in secondline."""

    def __init__(self, message: str | None = None) -> None:
        """Take `message`, one line for a person, or the class docstring."""
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        super().__init__(self.message)


class SettingsError(SecondlineError):
    """A setting is missing or wrong."""


class CatalogueError(SecondlineError):
    """A runbook, case or routing file is wrong."""

    def __init__(self, message: str | None = None, *, file: str = "", line: int = 0) -> None:
        """Say where: `file` as given by the user, `line` from 1, 0 when the whole file is meant."""
        self.file = file
        self.line = line
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{where}{message}" if message else None)


class InputError(SecondlineError):
    """The input cannot be used."""


class OutsideError(SecondlineError):
    """A system that secondline calls said no."""

    def __init__(self, message: str | None = None, *, system: str = "", operation: str = "") -> None:
        """Name the `system` (`kubernetes`, `aws`, `slack`, `jira`, a host) and the `operation` it refused."""
        self.system = system
        self.operation = operation
        super().__init__(message)


class Unavailable(OutsideError):
    """The system cannot be reached or failed to answer."""


class RateLimited(OutsideError):
    """The system asks us to slow down."""

    def __init__(
        self, message: str | None = None, *, system: str = "", operation: str = "", retry_after_s: float = 1.0
    ) -> None:
        """Carry `retry_after_s`, the seconds that the system asked us to wait."""
        self.retry_after_s = retry_after_s
        super().__init__(message, system=system, operation=operation)


class AccessDenied(OutsideError):
    """The system refused permission."""

    def __init__(
        self, message: str | None = None, *, system: str = "", operation: str = "", permission: str = ""
    ) -> None:
        """Name the `permission` that lacks, as its system spells it (`list pods`, `rds:DescribeDBInstances`)."""
        self.permission = permission
        super().__init__(message, system=system, operation=operation)


class NotFound(OutsideError):
    """The object does not exist."""


class ReadOnlyViolation(SecondlineError):
    """A probe tried to do something that it did not declare or that is not a read."""


class DeadlineExceeded(SecondlineError):
    """The time for this run is used up."""
