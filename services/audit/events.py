"""Events about the audit log."""

from services.events import Event


class AuditExported(Event, frozen=True, kw_only=True, tag="audit.exported"):
    """Somebody took the log along as a file."""

    count: int
    first_seq: int
    last_seq: int
    silent: bool = True
