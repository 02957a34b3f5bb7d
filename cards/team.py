"""The team: its card, settings, creation, deletion and restoration."""

from datetime import timedelta
from typing import Final

from cards.examples import NOW
from cards.model import (
    Badge,
    Card,
    Choice,
    ChoiceInput,
    Fact,
    Facts,
    Input,
    Instant,
    Run,
    State,
    Style,
    T,
    Text,
    TextInput,
    TimeStyle,
    ToggleInput,
    Tone,
    t,
    tn,
    verbatim,
)
from cards.refusal import RefusalText, explain_refusal
from cards.roles import ROLES
from services.people import Language, TeamId
from services.permissions import Role
from services.team.model import (
    RESTORE_DAYS,
    TEAM_NAME_MAX_CHARS,
    ConnectedChannelView,
    CreatedTeam,
    DeletedTeam,
    RestoredTeam,
    Seats,
    TeamView,
)
from services.team.refusals import AlreadyInTeam, NothingToRestore, OwnerOnlySetting, SeatsTaken

ZONE_MAX_CHARS: Final = 60
CHANNELS_SHOWN_MAX: Final = 5

LANGUAGES: Final[dict[Language, T]] = {Language.GERMAN: t("German"), Language.ENGLISH: t("English")}

HELP: Final = Run(t("What can I do here?"), "help")
SHOW_MEMBERS: Final = Run(t("Show colleagues"), "member.list")
INVITE: Final = Run(t("Invite"), "invitation.create", style=Style.PRIMARY)
CREATE: Final = Run(t("Create a team"), "team.create", style=Style.PRIMARY)
CONNECT: Final = Run(t("Connect here"), "team.connect")


def team_card(view: TeamView) -> Card:
    """Show the team to a member."""
    facts = (
        Fact(t("Owner"), verbatim(view.owner_name)),
        Fact(t("Your role"), ROLES[view.role]),
        Fact(t("Seats"), t("{taken} of {limit} taken", taken=view.seats.taken, limit=view.seats.limit)),
        Fact(t("Channels"), _channels_text(view.channels)),
    )
    settings = t(
        "In channels I speak {language}, in the time zone {zone}.", language=LANGUAGES[view.language], zone=view.zone
    )
    lines = [Text(settings, Tone.SUBTLE)]
    if view.owner_approves_admins:
        lines.append(Text(t("The owner approves the admins' invitations."), Tone.SUBTLE))
    return Card(t("Team {team}", team=view.name), (Facts(facts), *lines), _actions(view))


def _channels_text(channels: tuple[ConnectedChannelView, ...]) -> T:
    if not channels:
        return t("none connected yet")
    names = ", ".join(channel.name or channel.platform for channel in channels[:CHANNELS_SHOWN_MAX])
    remaining = len(channels) - CHANNELS_SHOWN_MAX
    return (
        tn("{names} and {n} more", "{names} and {n} more", remaining, names=names) if remaining > 0 else verbatim(names)
    )


def _actions(view: TeamView) -> tuple[Run, ...]:
    actions = [Run(SHOW_MEMBERS.label, SHOW_MEMBERS.command, style=Style.PRIMARY)]
    if view.may_connect_here:
        actions.append(CONNECT)
    if view.may_edit:
        actions += [
            Run(t("Settings"), "team.settings"),
            Run(t("Rename"), "team.rename"),
            Run(t("Show invitations"), "invitation.list"),
            Run(t("Show audit log"), "audit.show"),
            Run(t("Connect elsewhere"), "channel.code"),
        ]
        if any(channel.is_here for channel in view.channels):
            actions.append(Run(t("Disconnect here"), "team.disconnect"))
    if view.may_delete:
        actions.append(Run(t("Delete the team"), "team.delete", style=Style.DESTRUCTIVE))
    return tuple(actions)


def changed_team_card(view: TeamView) -> Card:
    """Show the team right after its name or settings were changed."""
    card = team_card(view)
    return Card(card.title, card.body, card.actions, badge=Badge(t("saved"), State.DONE, Tone.GOOD))


def created_team_card(view: CreatedTeam) -> Card:
    """Confirm the new team and list the next steps."""
    hint = (
        t("It is connected here: leads will be posted right here.")
        if view.is_connected
        else t("Add me to a channel and connect it, so that leads are posted there.")
    )
    return Card(
        t("Team {team} is ready, and you own it.", team=view.name),
        (Text(hint),),
        (
            Run(t("Invite colleagues"), "invitation.create", style=Style.PRIMARY),
            Run(t("Create a lead"), "lead.create"),
            HELP,
        ),
        badge=Badge(t("created"), State.DONE, Tone.GOOD),
    )


def new_team_form(name: str = "") -> Card:
    """Ask for the new team's name."""
    return Card(
        t("What is your team called?"),
        (
            Text(t("You'll own the team and can invite colleagues right away.")),
            TextInput("name", t("Name of the team"), name, required=True, max_length=TEAM_NAME_MAX_CHARS),
        ),
        (Run(t("Create a team"), "team.create", style=Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def rename_team_form(name: str) -> Card:
    """Ask for the new name."""
    return Card(
        t("Rename the team"),
        (TextInput("name", t("Name of the team"), name, required=True, max_length=TEAM_NAME_MAX_CHARS),),
        (Run(t("Rename"), "team.rename", style=Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def team_settings_form(view: TeamView) -> Card:
    """Ask for language, time zone and, from the owner, who approves the admins' invitations."""
    inputs: list[Input] = [
        ChoiceInput(
            "language",
            t("Language in channels"),
            tuple(Choice(language, name) for language, name in LANGUAGES.items()),
            view.language,
            required=True,
        ),
        TextInput(
            "zone",
            t("Time zone in channels"),
            view.zone,
            required=True,
            max_length=ZONE_MAX_CHARS,
            placeholder=verbatim("Europe/Berlin"),
        ),
    ]
    if view.role is Role.OWNER:
        inputs.append(
            ToggleInput("owner_approves_admins", t("I approve the admins' invitations"), view.owner_approves_admins)
        )
    return Card(
        t("Settings of {team}", team=view.name),
        tuple(inputs),
        (Run(t("Save"), "team.settings", style=Style.PRIMARY, collects=True), Run(t("Cancel"), "cancel")),
    )


def delete_team_form(name: str) -> Card:
    """State the consequence and ask for the name as confirmation."""
    return Card(
        t("Delete team {team}?", team=name),
        (
            Text(t("Everybody loses access at once, and nothing is posted in its channels any more.")),
            Text(t("You can restore it for {days} days. Type its name to delete it.", days=RESTORE_DAYS)),
            TextInput("name", t("Name of the team"), required=True, max_length=TEAM_NAME_MAX_CHARS),
        ),
        (
            Run(t("Delete the team"), "team.delete", style=Style.DESTRUCTIVE, collects=True),
            Run(t("Cancel"), "cancel"),
        ),
        badge=Badge(t("Please confirm"), State.WARNING, Tone.WARNING),
    )


def deleted_team_card(view: DeletedTeam) -> Card:
    """Confirm the deletion and say until when it can be undone."""
    return Card(
        t("Team {team} is deleted.", team=view.name),
        (Text(t("You can restore it until {until}.", until=Instant(view.until, TimeStyle.DATE))),),
        (Run(t("Restore the team"), "team.restore", {"team": view.team_id}),),
    )


def restored_team_card(view: RestoredTeam) -> Card:
    """Confirm the restoration."""
    return Card(
        t("Team {team} is back.", team=view.name),
        (
            Text(
                tn(
                    "{n} colleague is in it; whoever joined another team meanwhile is not.",
                    "{n} colleagues are in it; whoever joined another team meanwhile is not.",
                    view.members,
                )
            ),
        ),
        (Run(SHOW_MEMBERS.label, SHOW_MEMBERS.command, style=Style.PRIMARY),),
        badge=Badge(t("restored"), State.DONE, Tone.GOOD),
    )


@explain_refusal.register
def _(refusal: AlreadyInTeam) -> RefusalText:
    if refusal.name:
        return RefusalText(
            t("{name} is a colleague of another team by now.", name=refusal.name),
            t("One person belongs to one team at a time."),
        )
    return RefusalText(
        t("You're a colleague of a team already."),
        t("One person belongs to one team at a time. Leave your team first to join or create another one."),
        (Run(t("Show my team"), "team.show"),),
    )


@explain_refusal.register
def _(refusal: OwnerOnlySetting) -> RefusalText:
    return RefusalText(t("Only the owner decides who approves the admins' invitations: {name}.", name=refusal.owner))


@explain_refusal.register
def _(refusal: NothingToRestore) -> RefusalText:
    del refusal
    return RefusalText(
        t("There is no team that you could restore."),
        tn(
            "A team can be restored by its owner for {n} day.",
            "A team can be restored by its owner for {n} days.",
            RESTORE_DAYS,
        ),
        (Run(t("Create a team"), "team.create"),),
    )


@explain_refusal.register
def _(refusal: SeatsTaken) -> RefusalText:
    return RefusalText(
        t(
            "All seats are taken: {taken} of {limit}, open invitations included.",
            taken=refusal.seats.taken,
            limit=refusal.seats.limit,
        ),
        t("A seat becomes free when an invitation is withdrawn or a colleague leaves."),
        (Run(t("Show invitations"), "invitation.list"), SHOW_MEMBERS),
    )


_TEAM: Final = TeamView(
    team_id=TeamId("t1"),
    name="Solarhaus GmbH",
    role=Role.OWNER,
    owner_name="Anna Weiß",
    members=4,
    seats=Seats(4, 5),
    language=Language.GERMAN,
    zone="Europe/Berlin",
    owner_approves_admins=True,
    channels=(ConnectedChannelView("web", "c1", "Vertrieb", is_here=True), ConnectedChannelView("web", "c2", "Leads")),
    may_edit=True,
    may_delete=True,
)

EXAMPLES: Final = {
    "shown": team_card(_TEAM),
    "changed": changed_team_card(_TEAM),
    "created": created_team_card(CreatedTeam(TeamId("t1"), "Solarhaus GmbH", "Vertrieb", is_connected=True)),
    "create form": new_team_form(),
    "rename form": rename_team_form("Solarhaus GmbH"),
    "settings form": team_settings_form(_TEAM),
    "delete form": delete_team_form("Solarhaus GmbH"),
    "deleted": deleted_team_card(DeletedTeam(TeamId("t1"), "Solarhaus GmbH", NOW + timedelta(days=RESTORE_DAYS))),
    "restored": restored_team_card(RestoredTeam(TeamId("t1"), "Solarhaus GmbH", 4)),
}
