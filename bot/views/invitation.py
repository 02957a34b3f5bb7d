"""Views of invitations: approval card, outcome, mail and link."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.views.base import Mail, MailView, View
from cards.invitation import card as cards, invitee, question as question_cards
from cards.model import Card
from services.actor import Actor
from services.invitation import Invitation, InvitationState, InvitationView, build_token
from services.invitation.model import SENT_STATES
from services.invitation.show import build_invitation_view
from services.team import Seats
from services.unit_of_work import UnitOfWork


async def approval(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the approval card; in a channel every reader sees the buttons, and each click is authorised."""
    found = await uow.invitations.get(params["team_id"], key)
    if found is None or actor.team_id != params["team_id"]:
        return None
    view = await build_invitation_view(uow, actor, found)
    if actor.place.is_public and not actor.user_id:
        view = replace(view, may_decide=found.state is InvitationState.REQUESTED)
    return cards.invitation_card(view)


async def decided(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the outcome for the requester or the inviter."""
    found = await uow.invitations.get(params["team_id"], key)
    team = await uow.teams.get_name(params["team_id"])
    if found is None or team is None or actor.user_id != found.requested_by:
        return None
    view = InvitationView(found.with_current_state(uow.now), found.email, Seats(0, 0))
    return invitee.invitation_decided_card(
        await build_invitation_view(uow, actor, found) if actor.team_id else view, team
    )


async def question(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render a question about a requested invitation for the requester."""
    asked = await uow.invitations.get_question(params["team_id"], key)
    if asked is None or actor.user_id != asked.requested_by or actor.team_id != asked.team_id:
        return None
    return question_cards.question_card(asked)


async def answer(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the answer for the approver who asked."""
    asked = await uow.invitations.get_question(params["team_id"], key)
    if asked is None or actor.user_id != asked.asked_by or actor.team_id != asked.team_id:
        return None
    return question_cards.answer_card(asked)


async def link(uow: UnitOfWork, actor: Actor, key: str, params: Mapping[str, str]) -> Card | None:
    """Render the link for the member who passes it on, where no mail can be sent."""
    found = await _sent(uow, params["team_id"], key)
    if found is None or actor.team_id != params["team_id"] or actor.place.is_public:
        return None
    return invitee.invitation_link_card(found, _url(uow, found, params))


async def mail(uow: UnitOfWork, team_id: str, key: str, params: Mapping[str, str]) -> Mail | None:
    """Render the mail to the invitee."""
    found, team = await _sent(uow, team_id, key), await uow.teams.get(team_id)
    if found is None or team is None:
        return None
    market = await uow.marketplaces.get(team.team_id, found.marketplace_id) if found.marketplace_id else None
    name = market.name if market else ""
    card = invitee.invitation_mail_card(found, team.name, _url(uow, found, params), name)
    return Mail(found.email, invitee.invitation_mail_subject(found, team.name, name), card, found.language, team.zone)


async def _sent(uow: UnitOfWork, team_id: str, key: str) -> Invitation | None:
    """Load an invitation that its invitee has not accepted yet."""
    found = await uow.invitations.get(team_id, key)
    if found is None or not found.email or found.with_current_state(uow.now).state not in SENT_STATES:
        return None
    return found


def _url(uow: UnitOfWork, found: Invitation, params: Mapping[str, str]) -> str:
    return f"{params['public_url'].rstrip('/')}/join/{build_token(uow.keyring, found)}"


VIEWS: Final[dict[str, View]] = {
    "invitation.approval": approval,
    "invitation.answer": answer,
    "invitation.decided": decided,
    "invitation.mail": link,
    "invitation.question": question,
}
MAILS: Final[dict[str, MailView]] = {"invitation.mail": mail}
