"""Requests: a member asks an approver to perform a command."""

from services.request.ask import approve as approve, ask as ask, decline as decline, lifters as lifters, show as show
from services.request.model import (
    AskedRequest as AskedRequest,
    Request as Request,
    RequestState as RequestState,
    ShownRequest as ShownRequest,
)
