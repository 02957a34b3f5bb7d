"""Import of leads from a file: previewed first, then processed in the background, with a result for every row."""

from services.lead_import import process as process
from services.lead_import.model import (
    Batch as Batch,
    Column as Column,
    Defaults as Defaults,
    Field as Field,
    Halt as Halt,
    HowTo as HowTo,
    ImportState as ImportState,
    ImportView as ImportView,
    LeadImport as LeadImport,
    NewLead as NewLead,
    Plan as Plan,
    SkippedRow as SkippedRow,
    Tally as Tally,
)
from services.lead_import.prepare import (
    assign as assign,
    explain as explain,
    follow as follow,
    prepare as prepare,
    show as show,
)
from services.lead_import.refusals import AlreadyImported as AlreadyImported, NameUnmapped as NameUnmapped
from services.lead_import.start import start as start, stop as stop
