"""User, the chat identities of a user, and the actor made from both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.actor import Actor
from services.people import EXTERNAL_USERS_KEY, NO_TEAM, Language, Place, PlaceKind, TeamId, UserId
from services.permissions import Role

USER_NAME_MAX_CHARS = 120
DEFAULT_ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class UserProfile:
    """Profile of a user from the platform; the e-mail address is a hint, never a proof."""

    platform_user_id: str
    name: str
    email_hint: str = ""
    language_hint: str = ""
    zone_hint: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Platform data needed to write to this user without a request, from any conversation."""


@dataclass(frozen=True, slots=True)
class User:
    """User, independent of platform."""

    user_id: UserId
    name: str
    language: Language
    zone: str
    language_chosen: bool = False
    """Whether the user chose the language, so that no platform profile changes it."""
    email_hint: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Chat identity: a platform's id of a user, with the data needed to write to them without a request."""

    platform: str
    tenant: str
    platform_user_id: str
    user_id: UserId
    direct_conversation_id: str = ""
    reference: Mapping[str, Any] = field(default_factory=dict[str, Any])
    is_main: bool = True
    """Whether the user's name comes from this identity; each user has exactly one such."""
    is_latest: bool = True
    """Whether this identity's direct chat was used last; each user has exactly one such."""


@dataclass(frozen=True, slots=True)
class Membership:
    """Team of which a user is a member now (B2)."""

    team_id: TeamId
    role: Role
    may_delegate: bool


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """Conversation as stored; a deleted team counts as none."""

    conversation_id: str
    kind: PlaceKind
    name: str
    team_id: TeamId
    reference: Mapping[str, Any]
    installed: bool


@dataclass(frozen=True, slots=True)
class RecognisedUser:
    """User, identity, membership and conversation: all that an actor is made from."""

    user: User
    identity: Identity
    membership: Membership | None
    place: StoredConversation

    def actor(self, *, thread: str = "", is_outsider: bool = False) -> Actor:
        """Build the actor: for the team of a connected channel, elsewhere for the user's own team."""
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
            place=self._current_place(place_team, thread),
            platform_user_id=self.identity.platform_user_id,
            may_delegate=valid is not None and valid.may_delegate,
            is_visiting=valid is None and self.membership is not None,
            is_external=is_outsider and valid is None,
        )

    def _current_place(self, team_id: TeamId, thread: str) -> Place:
        known, identity = self.place, self.identity
        return Place(
            identity.platform,
            identity.tenant,
            known.conversation_id,
            known.kind,
            known.name,
            team_id,
            thread,
            has_external_users=bool(known.reference.get(EXTERNAL_USERS_KEY)),
        )

    def is_current(self, name: str, kind: PlaceKind, place_name: str, reference: Mapping[str, Any]) -> bool:
        """Return whether an upsert would change nothing, so that a reading command needs no write transaction."""
        known = self.place
        if not known.installed or known.kind is not kind or dict(known.reference) != dict(reference):
            return False
        if kind is PlaceKind.PERSONAL and not self._is_where_he_was_last():
            return False
        return shorten_name(place_name) in {"", known.name} and self.has_name(name)

    def _is_where_he_was_last(self) -> bool:
        """Return whether the user's direct messages go to this chat."""
        return self.identity.is_latest and self.identity.direct_conversation_id == self.place.conversation_id

    def has_name(self, name: str) -> bool:
        """Return whether the user's name is unchanged, as far as this identity determines it."""
        return not self.identity.is_main or shorten_name(name) in {"", self.user.name}


def apply_profile(user: User, sender: UserProfile) -> User:
    """Update a user by a platform profile; what the user chose stays."""
    hinted = parse_language(sender.language_hint) if sender.language_hint else user.language
    return User(
        user_id=user.user_id,
        name=shorten_name(sender.name) or user.name,
        language=user.language if user.language_chosen else hinted,
        zone=sender.zone_hint or user.zone,
        language_chosen=user.language_chosen,
        email_hint=sender.email_hint.strip().casefold() or user.email_hint,
    )


def shorten_name(name: str) -> str:
    """Normalise a name and cut it at its limit."""
    return " ".join(name.split())[:USER_NAME_MAX_CHARS]


def derive_display_name(sender: UserProfile) -> str:
    """Return a first name for display, where the platform's first request carries none."""
    mailbox = sender.email_hint.partition("@")[0]
    return shorten_name(sender.name) or shorten_name(mailbox) or f"#{sender.platform_user_id[-4:]}"


def parse_language(language_hint: str) -> Language:
    """Return the language nearest to a locale such as de-AT."""
    return Language.GERMAN if language_hint.casefold().startswith("de") else Language.ENGLISH


@dataclass(frozen=True, slots=True)
class ChosenLanguage:
    """Newly chosen language."""

    language: Language
