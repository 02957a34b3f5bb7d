"""A person, the chat identities by which this person is known, and how both become an actor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.actor import Actor
from services.people import NO_TEAM, OUTSIDERS, Language, Place, PlaceKind, TeamId, UserId
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
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the platform needs to write to this person unasked, wherever he was met."""


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
    is_main: bool = True
    """Whether this one says what the person is called; each person has one of these."""
    is_latest: bool = True
    """Whether the person wrote to the bot last in this one's direct chat; each person has one of these."""


@dataclass(frozen=True, slots=True)
class Membership:
    """The one team in which a person is a colleague now (B2)."""

    team_id: TeamId
    role: Role
    may_delegate: bool


@dataclass(frozen=True, slots=True)
class KnownPlace:
    """A conversation as it was met last; a deleted team counts as none."""

    conversation_id: str
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
    place: KnownPlace

    def actor(self, *, thread: str = "", is_outsider: bool = False) -> Actor:
        """The person acting here: for the team of a connected channel, elsewhere for his own team."""
        place_team = NO_TEAM if self.place.kind is PlaceKind.PERSONAL else self.place.team_id
        valid = self.membership
        if valid and place_team not in {NO_TEAM, valid.team_id}:
            valid = None
        return Actor(
            user_id=self.user.user_id,
            name=self.user.name,
            team_id=valid.team_id if valid else NO_TEAM,
            role=valid.role if valid else Role.GUEST,
            language=self.user.language,
            zone=self.user.zone,
            place=self._here(place_team, thread),
            platform_user_id=self.identity.platform_user_id,
            may_delegate=valid is not None and valid.may_delegate,
            is_visiting=valid is None and self.membership is not None,
            is_outsider=is_outsider and valid is None,
        )

    def _here(self, team_id: TeamId, thread: str) -> Place:
        known, identity = self.place, self.identity
        return Place(
            identity.platform,
            identity.tenant,
            known.conversation_id,
            known.kind,
            known.name,
            team_id,
            thread,
            has_outsiders=bool(known.reference.get(OUTSIDERS)),
        )

    def is_current(self, name: str, kind: PlaceKind, place_name: str, reference: Mapping[str, Any]) -> bool:
        """Whether meeting the person again would change nothing, so that a reading command stays one."""
        known = self.place
        if not known.installed or known.kind is not kind or dict(known.reference) != dict(reference):
            return False
        if kind is PlaceKind.PERSONAL and not self._is_where_he_was_last():
            return False
        return shortened(place_name) in {"", known.name} and self.is_called(name)

    def _is_where_he_was_last(self) -> bool:
        """Whether messages reach the person in this very chat."""
        return self.identity.is_latest and self.identity.direct_conversation_id == self.place.conversation_id

    def is_called(self, name: str) -> bool:
        """Whether the person still has this name, as far as this identity has a say in it."""
        return not self.identity.is_main or shortened(name) in {"", self.user.name}


def described(user: User, sender: Met) -> User:
    """The person with what the platform says now; nothing replaces what the person chose."""
    hinted = spoken(sender.language_hint) if sender.language_hint else user.language
    return User(
        user_id=user.user_id,
        name=shortened(sender.name) or user.name,
        language=user.language if user.language_chosen else hinted,
        zone=sender.zone_hint or user.zone,
        language_chosen=user.language_chosen,
        email_hint=sender.email_hint.strip().casefold() or user.email_hint,
    )


def shortened(name: str) -> str:
    """A person's name within its limit."""
    return " ".join(name.split())[:NAME_MAX_CHARS]


def name_until_told(sender: Met) -> str:
    """How somebody is called whose name the platform leaves out at the first meeting: nobody is nameless on a card."""
    mailbox = sender.email_hint.partition("@")[0]
    return shortened(sender.name) or shortened(mailbox) or f"#{sender.platform_user_id[-4:]}"


def spoken(language_hint: str) -> Language:
    """The language nearest to a locale such as de-AT."""
    return Language.GERMAN if language_hint.casefold().startswith("de") else Language.ENGLISH


@dataclass(frozen=True, slots=True)
class ChosenLanguage:
    """The bot now speaks this language to the person."""

    language: Language
