"""Refusals about requests: each is named by the state that refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.errors import Refusal
from services.request.model import RequestState


class RequestRefusal(Refusal):
    """The rules of asking say no."""


@dataclass(eq=False)
class NotAskable(RequestRefusal):
    """This can be asked of nobody: it is everybody's right, or it only makes sense in person."""


@dataclass(eq=False)
class RequestDecided(RequestRefusal):
    """The first decision has won."""

    state: RequestState
    by: str = ""
    at: datetime | None = None


@dataclass(eq=False)
class OwnQuestion(RequestRefusal):
    """Nobody decides on his own request."""


@dataclass(eq=False)
class TooManyRequests(RequestRefusal):
    """More open requests of one person than anybody wants to read."""

    limit: int
