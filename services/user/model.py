"""A person, the chat identities by which this person is known, and how both become an actor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.events import Event
from services.people import NO_TEAM, Actor, Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role

NAME_MAX_CHARS = 120
DEFAULT_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Met:
    """A person as the platform describes him; the e-mail address is a hint, never a proof."""

    platform_user_id: str
    name: str
    email_hint: str = ""
    language_hint: str = ""
    zone_hint: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person, whatever the platform."""

    user_id: UserId
    name: str
    language: Language
    zone: str
    language_chosen: bool = False
    """Chosen by the person, so that no platform changes it."""
    email_hint: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a platform knows a person, and what it needs to write to this person unasked."""

    platform: str
    tenant: str
    platform_user_id: str
    user_id: UserId
    direct_conversation_id: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Membership:
    """The one team in which a person is a colleague now (B2)."""

    team_id: TeamId
    role: Role
    may_delegate: bool


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A conversation as it was met last; a deleted team counts as none."""

    kind: PlaceKind
    name: str
    team_id: TeamId
    reference: Mapping[str, Any]
    installed: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """Who writes, and where: all that is needed to make the actor."""

    user: User
    identity: Identity
    membership: Membership | None
    conversation_id: str
    place: KnownPlace | None

    def actor(self, kind: PlaceKind, name: str = "") -> Actor:
        """The person acting here: for the team of a connected channel, elsewhere for his own team."""
        place_team = self.place.team_id if self.place and kind is not PlaceKind.PERSONAL else NO_TEAM
        valid = self.membership
        if valid and place_team not in (NO_TEAM, valid.team_id):
            valid = None
        here = Place(
            self.identity.platform, self.identity.tenant, self.conversation_id, kind, self._named(name), place_team
        )
        return Actor(
            user_id=self.user.user_id,
            name=self.user.name,
            team_id=valid.team_id if valid else NO_TEAM,
            role=valid.role if valid else Role.GUEST,
            language=self.user.language,
            zone=self.user.zone,
            place=here,
            may_delegate=valid.may_delegate if valid else False,
        )

    def _named(self, name: str) -> str:
        return name or (self.place.name if self.place else "")

    def is_current(self, sender: Met, place: Place, reference: Mapping[str, Any]) -> bool:
        """Whether nothing would change if the person were met again."""
        return self._person_is_current(sender) and self._place_is_current(place, reference)

    def _person_is_current(self, sender: Met) -> bool:
        return self.user == described(self.user, sender)

    def _place_is_current(self, place: Place, reference: Mapping[str, Any]) -> bool:
        known = self.place
        if known is None or not known.installed or known.kind is not place.kind:
            return False
        if place.kind is PlaceKind.PERSONAL and not self._is_direct(place, reference):
            return False
        return (not place.name or known.name == place.name) and dict(known.reference) == dict(reference)

    def _is_direct(self, place: Place, reference: Mapping[str, Any]) -> bool:
        same = self.identity.direct_conversation_id == place.conversation_id
        return same and dict(self.identity.reference) == dict(reference)


def described(user: User, sender: Met) -> User:
    """The person with what the platform says now; nothing replaces what the person chose."""
    hinted = language_of(sender.language_hint) if sender.language_hint else user.language
    return User(
        user_id=user.user_id,
        name=named(sender) or user.name,
        language=user.language if user.language_chosen else hinted,
        zone=sender.zone_hint or user.zone,
        language_chosen=user.language_chosen,
        email_hint=sender.email_hint.strip().casefold() or user.email_hint,
    )


def named(sender: Met) -> str:
    """The person's name within its limit."""
    return " ".join(sender.name.split())[:NAME_MAX_CHARS]


def language_of(hint: str) -> Language:
    """The language nearest to a locale such as de-AT."""
    return Language.GERMAN if hint.casefold().startswith("de") else Language.ENGLISH


class LanguageChosen(Event, frozen=True, kw_only=True, tag="preference.language_chosen"):
    """A person chose the language in which the bot speaks to him."""

    language: str
    silent: bool = True


@dataclass(frozen=True, slots=True)
class ChosenLanguage:
    """The bot now speaks this language to the person."""

    language: Language
