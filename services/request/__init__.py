"""Requests: a member asks an approver to perform a command."""

from services.request.ask import (
    approve as approve,
    ask as ask,
    decline as decline,
    list_approvers as list_approvers,
    show as show,
)
from services.request.model import (
    Request as Request,
    RequestState as RequestState,
    RequestView as RequestView,
    SentRequest as SentRequest,
)
