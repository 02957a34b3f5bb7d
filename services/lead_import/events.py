"""Events about imports."""

from services.events import Event


class LeadImportEvent(Event, frozen=True, kw_only=True):
    """An event of an import."""

    import_id: str


class LeadImportStarted(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_started"):
    """The owner started or resumed an import."""

    rows: int
    done: int


class LeadsImported(LeadImportEvent, frozen=True, kw_only=True, tag="lead.imported"):
    """A batch of rows was processed; the subject names its first and last lead."""

    count: int
    duplicates: int
    rejected: int


class LeadImportStopped(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_stopped"):
    """An import stopped before its end."""

    reason: str


class LeadImportFinished(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_finished"):
    """All rows of the file are processed."""

    imported: int
    duplicates: int
    rejected: int
