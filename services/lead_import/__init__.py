"""Import of leads from a file: previewed first, then processed in the background, with a result for every row."""

from services.lead_import import process as process
from services.lead_import.model import (
    ImportColumn as ImportColumn,
    ImportDefaults as ImportDefaults,
    ImportedRow as ImportedRow,
    ImportField as ImportField,
    ImportInstructions as ImportInstructions,
    ImportPlan as ImportPlan,
    ImportState as ImportState,
    ImportView as ImportView,
    LeadImport as LeadImport,
    RowBatch as RowBatch,
    RowCounts as RowCounts,
    SkippedRow as SkippedRow,
    StopReason as StopReason,
)
from services.lead_import.prepare import (
    assign as assign,
    prepare as prepare,
    show as show,
    show_instructions as show_instructions,
    show_progress as show_progress,
)
from services.lead_import.refusals import AlreadyImported as AlreadyImported, NameUnmapped as NameUnmapped
from services.lead_import.start import start as start, stop as stop
