"""Commands about invitations: create, request, decide, revoke, join."""

from collections.abc import Mapping
from typing import Any

from bot.commands.command import Args, CommandDeclaration, Context, Group, NoArgs
from cards.invitation import card as cards, invitee, question as question_cards
from cards.model import Card, t
from services import invitation, membership
from services.errors import ConfirmationWarning
from services.permissions import Permission


class InviteArgs(Args, frozen=True):
    """Address, role and text of an invitation."""

    email: str
    role: str = "member"
    text: str = ""


class InvitationArgs(Args, frozen=True):
    """Reference of an invitation."""

    invitation: str


class QuestionArgs(InvitationArgs, frozen=True):
    """Reference of an invitation and a question."""

    text: str


class AnswerArgs(Args, frozen=True):
    """Answer to a question."""

    question: str
    text: str


class JoinArgs(Args, frozen=True):
    """Code from the join page."""

    code: str = ""


async def create_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Address of the invitee."""
    del warnings
    ctx.actor.require(Permission.MEMBER_INVITE)
    return cards.invitation_form(str(known.get("email", "")), str(known.get("role", "")))


@CommandDeclaration(
    name="invitation.create",
    english=("invite",),
    german=("einladen",),
    permission=Permission.MEMBER_INVITE,
    about=t("Invite somebody into the team by e-mail"),
    verb=t("Invite"),
    group=Group.TEAM,
    args=InviteArgs,
    takes=("email", "role"),
    form=create_form,
)
async def create(ctx: Context, args: InviteArgs) -> Card:
    """Invite an address."""
    return cards.invitation_sent_card(
        await invitation.create(ctx.uow, ctx.actor, args.email, args.role, text=args.text)
    )


async def request_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form of a requested invitation."""
    del warnings
    ctx.actor.require(Permission.INVITATION_REQUEST)
    return cards.invitation_form(str(known.get("email", "")), str(known.get("role", "")), is_request=True)


@CommandDeclaration(
    name="invitation.request",
    english=("request invitation",),
    german=("einladung erbitten",),
    permission=Permission.INVITATION_REQUEST,
    about=t("Ask the owner or an admin to invite somebody"),
    verb=t("Ask for an invitation"),
    group=Group.TEAM,
    args=InviteArgs,
    takes=("email", "role"),
    form=request_form,
)
async def request(ctx: Context, args: InviteArgs) -> Card:
    """Request an invitation from the approvers."""
    return cards.invitation_sent_card(
        await invitation.request(ctx.uow, ctx.actor, args.email, args.role, text=args.text)
    )


@CommandDeclaration(
    name="invitation.list",
    english=("invitations",),
    german=("einladungen",),
    permission=Permission.TEAM_VIEW_SETTINGS,
    about=t("Show the invitations of the team"),
    verb=t("Show invitations"),
    group=Group.TEAM,
    writes=False,
)
async def list_(ctx: Context, args: NoArgs) -> Card:
    """List the team's invitations."""
    del args
    return cards.invitation_list_card(await invitation.list_(ctx.uow, ctx.actor))


async def choose(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """List the invitations where a command lacks its reference."""
    del known, warnings
    return cards.invitation_list_card(await invitation.list_(ctx.uow, ctx.actor))


@CommandDeclaration(
    name="invitation.show",
    english=("invitation",),
    german=("einladung",),
    permission=Permission.TEAM_VIEW_SETTINGS,
    about=t("Show an invitation"),
    verb=t("Show"),
    group=Group.TEAM,
    args=InvitationArgs,
    takes=("invitation",),
    form=choose,
    writes=False,
    listed=False,
)
async def show(ctx: Context, args: InvitationArgs) -> Card:
    """Show what the actor may see of an invitation."""
    return cards.invitation_card(await invitation.show(ctx.uow, ctx.actor, args.invitation))


@CommandDeclaration(
    name="invitation.approve",
    english=("approve",),
    german=("freigeben",),
    permission=Permission.INVITATION_DECIDE,
    about=t("Approve an invitation that a colleague asked for"),
    verb=t("Approve"),
    group=Group.TEAM,
    args=InvitationArgs,
    takes=("invitation",),
    form=choose,
)
async def approve(ctx: Context, args: InvitationArgs) -> Card:
    """Approve a requested invitation."""
    return cards.invitation_card(await invitation.approve(ctx.uow, ctx.actor, args.invitation))


@CommandDeclaration(
    name="invitation.decline",
    english=("decline",),
    german=("ablehnen",),
    permission=Permission.INVITATION_DECIDE,
    about=t("Decline an invitation that a colleague asked for"),
    verb=t("Decline"),
    group=Group.TEAM,
    args=InvitationArgs,
    takes=("invitation",),
    form=choose,
)
async def decline(ctx: Context, args: InvitationArgs) -> Card:
    """Decline a requested invitation."""
    return cards.invitation_card(await invitation.decline(ctx.uow, ctx.actor, args.invitation))


async def question_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for a question."""
    if "invitation" not in known:
        return await choose(ctx, known, warnings)
    wanted = await invitation.get_questionable(ctx.uow, ctx.actor, str(known["invitation"]))
    return question_cards.question_form(wanted.ref, wanted.invitation_id, wanted.requested_by_name)


@CommandDeclaration(
    name="invitation.question",
    english=("ask back",),
    german=("rückfrage",),
    permission=Permission.INVITATION_DECIDE,
    about=t("Ask the colleague who wants an invitation something before you decide"),
    verb=t("Ask back"),
    group=Group.TEAM,
    args=QuestionArgs,
    takes=("invitation", "text*"),
    form=question_form,
)
async def question(ctx: Context, args: QuestionArgs) -> Card:
    """Ask the requester before deciding."""
    return question_cards.question_sent_card(await invitation.question(ctx.uow, ctx.actor, args.invitation, args.text))


async def answer_form(ctx: Context, known: Mapping[str, Any], warnings: tuple[ConfirmationWarning, ...]) -> Card:
    """Show the form for an answer."""
    del warnings
    return question_cards.answer_form(
        await invitation.get_answerable(ctx.uow, ctx.actor, str(known.get("question", "")))
    )


@CommandDeclaration(
    name="invitation.answer",
    permission=Permission.INVITATION_ANSWER,
    about=t("Answer a question about an invitation"),
    verb=t("Answer"),
    group=Group.TEAM,
    args=AnswerArgs,
    form=answer_form,
    listed=False,
)
async def answer(ctx: Context, args: AnswerArgs) -> Card:
    """Answer the approver's question."""
    return question_cards.answer_sent_card(await invitation.answer(ctx.uow, ctx.actor, args.question, args.text))


@CommandDeclaration(
    name="invitation.revoke",
    english=("revoke", "withdraw"),
    german=("widerrufen", "zurückziehen"),
    permission=Permission.MEMBER_INVITE,
    about=t("Withdraw an invitation"),
    verb=t("Withdraw"),
    group=Group.TEAM,
    args=InvitationArgs,
    takes=("invitation",),
    form=choose,
)
async def revoke(ctx: Context, args: InvitationArgs) -> Card:
    """Revoke an invitation."""
    return cards.invitation_card(await invitation.revoke(ctx.uow, ctx.actor, args.invitation))


@CommandDeclaration(
    name="invitation.resend",
    english=("resend",),
    german=("erneut senden",),
    permission=Permission.MEMBER_INVITE,
    about=t("Send an invitation again, with a new link"),
    verb=t("Send again"),
    group=Group.TEAM,
    args=InvitationArgs,
    takes=("invitation",),
    form=choose,
)
async def resend(ctx: Context, args: InvitationArgs) -> Card:
    """Replace the link of an invitation."""
    return cards.invitation_sent_card(await invitation.resend(ctx.uow, ctx.actor, args.invitation))


@CommandDeclaration(
    name="invitation.join",
    english=("join",),
    german=("beitreten",),
    permission=Permission.INVITATION_JOIN,
    about=t("Join a team: with your code, or by asking in its channel"),
    verb=t("Join"),
    group=Group.YOU,
    also=(Permission.TEAM_EDIT_SETTINGS,),
    args=JoinArgs,
    takes=("code",),
)
async def join(ctx: Context, args: JoinArgs) -> Card:
    """Join by a code; without one, request an invitation in a team's channel or explain the code."""
    if args.code:
        return invitee.join_result_card(await membership.join(ctx.uow, ctx.actor, args.code))
    if ctx.actor.place.team_id:
        return invitee.join_requested_card(await invitation.request_to_join(ctx.uow, ctx.actor))
    ctx.actor.require(Permission.INVITATION_JOIN)
    return invitee.join_form()
