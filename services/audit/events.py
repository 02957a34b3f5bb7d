"""Events about the audit log."""

from services.events import Event


class AuditExported(Event, frozen=True, kw_only=True, tag="audit.exported"):
    """A member exported the audit log to a file."""

    count: int
    first_seq: int
    last_seq: int
    is_silent: bool = True


class AccessRefused(Event, frozen=True, kw_only=True, tag="access.refused"):
    """An interaction was refused because the user lacks the right or the subject does not exist for them."""

    command: str
    reason: str
    is_silent: bool = True
