"""Events about imports."""

from services.events import Event


class LeadImportEvent(Event, frozen=True, kw_only=True):
    """Something that happened to an import."""

    import_id: str


class LeadImportStarted(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_started"):
    """Somebody let an import begin or go on."""

    rows: int
    done: int


class LeadsImported(LeadImportEvent, frozen=True, kw_only=True, tag="lead.imported"):
    """A batch of rows was dealt with; the subject names the first and the last lead."""

    count: int
    known: int
    rejected: int


class LeadImportStopped(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_stopped"):
    """An import stopped before its end."""

    reason: str


class LeadImportFinished(LeadImportEvent, frozen=True, kw_only=True, tag="lead.import_finished"):
    """Nothing of the file is left."""

    imported: int
    known: int
    rejected: int
