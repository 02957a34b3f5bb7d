"""Three firms that trade leads on one marketplace, and the words that their cards show."""

from services.lead import LeadView
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm

SOLAR = {"Ben Kaya": Role.MEMBER, "Mara Lind": Role.ADMIN, "Tom Fischer": Role.VIEWER}
ROOFS = {"Olaf Kern": Role.MEMBER, "Vera Sommer": Role.VIEWER}


async def open_three(chat: Chat) -> tuple[Firm, Firm, Firm]:
    """The operator of a marketplace and two partners; each of the three gives and takes."""
    solar = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", SOLAR)
    roofs = await people.found(chat, "Dachwerk Süd KG", "Petra Vogt", ROOFS)
    heat = await people.found(chat, "Wärme Nord AG", "Jörg Blum", {})
    await people.open_market(solar, roofs, heat)
    return solar, roofs, heat


async def offered(operator: Firm, title: str = "Dachsanierung, 120 m²") -> LeadView:
    """A lead of the operator, on offer to everybody on its marketplace."""
    lead = await people.bring(operator, title)
    await people.offer(operator, lead.lead_id)
    return lead


def picked_by(chat: Chat, name: str) -> str:
    """What the badge says to the winner's colleagues."""
    return chat.words(de=f"übernommen von {name}", en=f"picked by {name}")


def taken(chat: Chat, ref: str = "L-1") -> str:
    """All that is left on the cards of other firms."""
    return chat.words(de=f"{ref} ist vergeben", en=f"{ref} is taken")


def platform(chat: Chat) -> str:
    """The platform of this run, as the audit log names it."""
    names = {"web": chat.words(de="Browser-Chat", en="browser chat"), "teams": "Teams", "slack": "Slack"}
    return names[chat.stage.platform]


async def shows(person: Person, firm: Firm, ref: str = "L-1") -> str:
    """The words of the newest card about a lead in the firm's channel."""
    return (await person.finds(ref, firm.channel)).words
