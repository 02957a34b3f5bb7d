"""The App Home of Slack: published when it is opened, and updated after each change."""

from services.permissions import Role
from tests.chat import Chat, Person
from tests.displayed_message import DisplayedMessage
from tests.drivers.slack import SlackDriver
from tests.features import chat_team
from tests.features.combinations import SLACK

COMBINATIONS = SLACK


def driver(chat: Chat) -> SlackDriver:
    """Return the Slack driver of the chat."""
    assert isinstance(chat.driver, SlackDriver)
    return chat.driver


def home(person: Person) -> DisplayedMessage:
    """Return the content of a person's App Home."""
    return driver(person.chat).home(person.account)


async def opens(person: Person) -> DisplayedMessage:
    """Open the App Home and return its content."""
    await driver(person.chat).open_home(person.account)
    await person.chat.settles()
    return home(person)


async def press(person: Person, command: str) -> None:
    """Press a button of the App Home."""
    button = home(person).button(command, {})
    assert button is not None
    await driver(person.chat).press(
        person.account, person.direct, home(person).message_id, command, dict(button.args), None
    )
    await person.chat.settles()


def count_published(chat: Chat) -> int:
    """Count how often a home was published."""
    return sum(item.method == "views.publish" for item in driver(chat).slack.calls)


async def test_an_opened_home_is_updated(chat: Chat) -> None:
    """Changes of a person's leads and waiting requests update an opened home."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = team.owner, team.of(Role.MEMBER)
    lead = await chat_team.create_lead(team)
    assert lead.ref not in await opens(anna)
    await chat_team.pick(team, lead.lead_id)
    assert lead.ref in home(anna)
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    assert "eva@acme.example" in home(anna)


async def test_a_button_of_the_home_opens_a_view(chat: Chat) -> None:
    """A button of the home responds with a view, and the home shows the change, too."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = team.owner, team.of(Role.MEMBER)
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    await opens(anna)
    await press(anna, "invitation.approve")
    seen = (await anna.reads())[-1]
    assert chat.words(de="freigegeben", en="approved") in seen
    assert seen.message_id in driver(chat).slack.views
    assert "invitation.approve" not in home(anna).commands


async def test_the_home_follows_team_and_language(chat: Chat) -> None:
    """The home shows a joined team and a changed language."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    eva = await chat_team.user_without_team(chat, "Eva Lang")
    assert "team.create" in (await opens(eva)).commands
    async with chat.application.units.write() as uow:
        await chat_team.join(uow, team.team_id, eva, Role.MEMBER)
    assert "Solarhaus GmbH" in await opens(eva)
    await eva.says(de="sprache en", en="language de")
    assert chat.words(de="Your team", en="Ihr Team") in home(eva)


async def test_a_removed_member_has_no_home(chat: Chat) -> None:
    """The home of a removed member shows nothing of the team."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    ben = team.of(Role.MEMBER)
    assert "Solarhaus GmbH" in await opens(ben)
    await team.owner.says(de="entfernen @Ben", en="remove @Ben")
    await team.owner.presses("member.remove")
    assert "Solarhaus GmbH" not in home(ben)
    assert "invitation.join" in home(ben).commands


async def test_an_unopened_home_is_not_published(chat: Chat) -> None:
    """No home is published for people who never opened it or who opened only the messages tab."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await driver(chat).open_home(team.owner.account, tab="messages")
    lead = await chat_team.create_lead(team)
    await chat_team.pick(team, lead.lead_id)
    assert driver(chat).slack.homes == {}


async def test_many_changes_are_few_views(chat: Chat) -> None:
    """A home is published a few times at a stretch; then one waiting delivery shows the last state."""
    team = await chat_team.seed_team(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await opens(team.owner)
    for _ in range(6):
        lead = await chat_team.create_lead(team)
        await chat_team.pick(team, lead.lead_id)
    assert count_published(chat) == 3
    async with chat.application.units.read() as uow:
        waiting = await uow.deliveries.count_backlog(uow.now)
    assert waiting.pending == 1
