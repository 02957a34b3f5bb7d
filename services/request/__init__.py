"""Requests: somebody asks a colleague with the right to do something for him."""

from services.request.asking import approve, ask, decline, lifters, show
from services.request.model import AskedRequest, Request, RequestState, ShownRequest

__all__ = ["AskedRequest", "Request", "RequestState", "ShownRequest", "approve", "ask", "decline", "lifters", "show"]
