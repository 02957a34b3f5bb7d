import pytest

from services.actor import Actor
from services.events import Event, fill_envelope
from services.people import Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role


class Nodded(Event, frozen=True, kw_only=True, tag="test.nodded"):
    number: int = 0


CONVERSATION = Place("web", "tenant", "c1", PlaceKind.PERSONAL)
ANNA = Actor(UserId("anna"), "Anna", TeamId("solar"), Role.OWNER, Language.GERMAN, "Europe/Berlin", CONVERSATION)


def test_an_event_takes_team_person_and_platform_from_the_actor() -> None:
    """An event takes user, team and platform from the actor."""
    assert fill_envelope(Nodded(number=7), ANNA) == Nodded(team_id="solar", actor_id="anna", platform="web", number=7)


def test_an_event_keeps_what_it_names_itself() -> None:
    """An event that names another team, another user or a page keeps them."""
    event = Nodded(team_id="roof", actor_id="ben", platform="page")
    assert fill_envelope(event, ANNA) == event
    assert fill_envelope(event, None) == event


def test_an_event_of_no_team_is_refused() -> None:
    """An event without a team is refused as a defect, since no audit log would contain it."""
    with pytest.raises(ValueError, match=r"test\.nodded has no team"):
        fill_envelope(Nodded(), None)
