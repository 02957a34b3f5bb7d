import pytest

from services.actor import Actor
from services.events import Event, enveloped
from services.people import Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role


class Nodded(Event, frozen=True, kw_only=True, tag="test.nodded"):
    number: int = 0


PLACE = Place("web", "tenant", "c1", PlaceKind.PERSONAL)
ANNA = Actor(UserId("anna"), "Anna", TeamId("solar"), Role.OWNER, Language.GERMAN, "Europe/Berlin", PLACE)


def test_an_event_takes_team_person_and_platform_from_the_actor() -> None:
    """What a person causes is kept in the name of the person, the team and the platform."""
    assert enveloped(Nodded(number=7), ANNA) == Nodded(team_id="solar", actor_id="anna", platform="web", number=7)


def test_an_event_keeps_what_it_names_itself() -> None:
    """An event of another team, of another person or of a page stays what it says."""
    told = Nodded(team_id="roof", actor_id="ben", platform="page")
    assert enveloped(told, ANNA) == told
    assert enveloped(told, None) == told


def test_an_event_of_no_team_is_refused() -> None:
    """An event that would stand in no team's audit log is a defect of the code that emits it."""
    with pytest.raises(ValueError, match=r"test\.nodded has no team"):
        enveloped(Nodded(), None)
