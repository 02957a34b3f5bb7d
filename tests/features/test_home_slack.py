"""The App Home of Slack: shown when it is opened, and fresh from then on, whoever changes something wherever."""

from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.combinations import SLACK
from tests.seen import Seen
from tests.stage_slack import SlackStage

COMBINATIONS = SLACK


def stage(chat: Chat) -> SlackStage:
    """The stage, which knows what only Slack has."""
    assert isinstance(chat.stage, SlackStage)
    return chat.stage


def home(person: Person) -> Seen:
    """What stands in somebody's App Home."""
    return stage(person.chat).home(person.account)


async def opens(person: Person) -> Seen:
    """Look at the App Home; what stands there then."""
    await stage(person.chat).open_home(person.account)
    await person.chat.settles()
    return home(person)


async def press(person: Person, command: str) -> None:
    """Press a button of the App Home."""
    button = home(person).button(command, {})
    assert button is not None
    await stage(person.chat).press(
        person.account, person.direct, home(person).message_id, command, dict(button.args), None
    )
    await person.chat.settles()


def published(chat: Chat) -> int:
    """How often a home was shown."""
    return sum(one.method == "views.publish" for one in stage(chat).slack.calls)


async def test_it_is_fresh(chat: Chat) -> None:
    """What somebody else does to my leads, and what waits for me, changes my home without my opening it again."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = firm.owner, firm.of(Role.MEMBER)
    lead = await people.bring(firm)
    assert lead.ref not in await opens(anna)
    await people.pick(firm, lead.lead_id)
    assert lead.ref in home(anna)
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    assert "eva@acme.example" in home(anna)


async def test_what_is_pressed_there_opens_a_window(chat: Chat) -> None:
    """A button of the home answers in a window, and what it has changed is changed in the home, too."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    anna, ben = firm.owner, firm.of(Role.MEMBER)
    await ben.says(de="einladung erbitten eva@acme.example", en="request invitation eva@acme.example")
    await opens(anna)
    await press(anna, "invitation.approve")
    seen = (await anna.reads())[-1]
    assert chat.words(de="freigegeben", en="approved") in seen
    assert seen.message_id in stage(chat).slack.views
    assert "invitation.approve" not in home(anna).commands


async def test_it_moves_with_the_person(chat: Chat) -> None:
    """Whoever founds a team, speaks another language finds a home that says so."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    eva = await people.newcomer(chat, "Eva Lang")
    assert "team.create" in (await opens(eva)).commands
    async with chat.house.units.write() as uow:
        await people.join(uow, firm.team_id, eva, Role.MEMBER)
    assert "Solarhaus GmbH" in await opens(eva)
    await eva.says(de="sprache en", en="language de")
    assert chat.words(de="Your team", en="Ihr Team") in home(eva)


async def test_whoever_is_removed_has_no_home_any_more(chat: Chat) -> None:
    """The home of somebody who is removed shows nothing of the team from then on."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Ben Kaya": Role.MEMBER})
    ben = firm.of(Role.MEMBER)
    assert "Solarhaus GmbH" in await opens(ben)
    await firm.owner.says(de="entfernen @Ben", en="remove @Ben")
    await firm.owner.presses("member.remove")
    assert "Solarhaus GmbH" not in home(ben)
    assert "invitation.join" in home(ben).commands


async def test_nobody_is_shown_a_home_without_opening_it(chat: Chat) -> None:
    """Nothing is published for people who never looked, and nothing when only the messages are looked at."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await stage(chat).open_home(firm.owner.account, tab="messages")
    lead = await people.bring(firm)
    await people.pick(firm, lead.lead_id)
    assert stage(chat).slack.homes == {}


async def test_many_changes_are_few_views(chat: Chat) -> None:
    """A home changes a few times at a stretch; then it waits, and shows the last state when its turn comes."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await opens(firm.owner)
    for _ in range(6):
        lead = await people.bring(firm)
        await people.pick(firm, lead.lead_id)
    assert published(chat) == 3
    async with chat.house.units.read() as uow:
        waiting = await uow.deliveries.backlog(uow.now)
    assert waiting.pending == 1
