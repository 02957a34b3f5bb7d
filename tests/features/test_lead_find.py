"""Leads found by what stands in them: newest first, within the team, and never by what is masked for the reader."""

import pytest

from services import lead
from services.permissions import Role
from tests.chat import Chat, Person
from tests.features import people
from tests.features.people import Firm
from tests.seen import Seen


async def search(person: Person, text: str) -> Seen:
    """Type a search in the direct chat."""
    return await person.says(de=f"suche {text}".strip(), en=f"find {text}".strip())


async def bring(firm: Firm, by: Person | None = None, **fields: str) -> lead.LeadView:
    """A lead with these parts."""
    known = {"title": "Dachsanierung", "name": "Elke Schneider", **fields}
    async with firm.chat.house.units.write() as uow:
        brought = await lead.create(uow, await people.actor(uow, by or firm.owner), lead.Draft(**known))
    await firm.chat.settles()
    return brought


async def play(chat: Chat) -> tuple[Firm, Person, Person]:
    """A firm with a lead that has every part, its owner, and its viewer."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    await bring(
        firm,
        title="Wärmepumpe 100 %_Öko",
        name="Gerda Ühlein",
        company="Holm Bau",
        postcode="70192",
        email="gerda@posteo.example",
        phone="0711 5558877",
    )
    await bring(firm, title="Carport", name="Udo Kern")
    return firm, firm.owner, firm.of(Role.VIEWER)


FOUND = (
    "L-1",
    "l-1",
    "1",
    "wärmepumpe",
    "WÄRMEPUMPE",
    "holm",
    "ühlein gerda",
    "70192",
    "öko bau",
    "%_",
    "gerda@posteo.example",
)
PHONES = ("0711 5558877", "+49 711 5558877", "0711/555-8877")
NOT_FOUND = ("dach", "L-9", "gerda@", "posteo", "5558877", "wärme%pumpe", "wärme_umpe", "\\", "x" * 150, "' OR 1=1 --")


@pytest.mark.core
async def test_leads_are_found_by_what_stands_in_them(chat: Chat) -> None:
    """Number, title, company, name and postcode are found in part, e-mail and phone as a whole, nothing else."""
    _, anna, _ = await play(chat)
    for text in (*FOUND, *PHONES):
        seen = await search(anna, text)
        assert "Lead L-1" in seen, (text, seen.words)
        assert "Lead L-2" not in seen, text
    for text in NOT_FOUND:
        seen = await search(anna, text)
        assert "Lead L-" not in seen, (text, seen.words)
        assert chat.words(de="Nichts gefunden", en="Nothing found") in seen


async def test_viewers_cannot_probe_what_is_masked(chat: Chat) -> None:
    """A41: a viewer finds nothing by an e-mail, a phone or a postcode, whole or in part, that is masked for him."""
    _, _, tom = await play(chat)
    for text in (*PHONES, "gerda@posteo.example", "70192", "192"):
        assert "Lead L-" not in await search(tom, text), text
    assert "Lead L-1" in await search(tom, "ühlein wärmepumpe")


async def test_viewers_cannot_probe_an_address_in_a_title(chat: Chat) -> None:
    """A41: what a title hides from a viewer does not help him to find it."""
    firm, anna, tom = await play(chat)
    await bring(firm, title="Rückruf an jutta.lang@web.example, 0171 2345678")
    for text in ("jutta.lang", "2345678"):
        assert "L-3" in await search(anna, text), text
        assert "Lead L-" not in await search(tom, text), text
    assert "L-3" in await search(tom, "rückruf")


async def test_another_team_finds_nothing(chat: Chat) -> None:
    """B9: a search stays in the team; what others have is as if it did not exist."""
    await play(chat)
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    for text in (*FOUND, ""):
        assert "Lead L-" not in await search(petra, text), text


async def test_offered_leads_are_found_without_their_contact(chat: Chat) -> None:
    """A42: a firm that has yet to pick a lead finds it by its title, and not by a name or place masked for it."""
    firm, _, _ = await play(chat)
    taker = await people.found(chat, "Dachwerk KG", "Petra Vogt", {})
    await people.open_market(firm, taker)
    offered = await bring(firm, title="Walmdach", name="Ilse Sommer", postcode="80331", email="ilse@web.example")
    await people.offer(firm, offered.lead_id)
    petra = taker.owner
    assert "Walmdach" in await search(petra, "walmdach")
    for text in ("ilse", "80331", "ilse@web.example"):
        assert "Walmdach" not in await search(petra, text), text
    await people.pick(taker, offered.lead_id)
    for text in ("ilse", "80331", "ilse@web.example"):
        assert "Walmdach" in await search(petra, text), text


async def test_many_hits_are_cut(chat: Chat) -> None:
    """A search shows ten leads, the newest first, says that there are more, and is narrowed on its own card."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    for number in range(1, 13):
        await bring(firm, title=f"Dach Nummer {number}" + (" in Ulm" if number == 2 else ""))
    seen = await search(firm.owner, "dach")
    assert chat.words(de="Mehr als 10 Leads", en="More than 10 leads") in seen
    assert seen.words.index("L-12") < seen.words.index("L-3 ")
    assert "L-2 " not in seen
    narrowed = await firm.owner.presses("lead.find", fill={"search": "dach ulm"})
    assert "Nummer 2 in Ulm" in narrowed
    assert "L-12" not in narrowed
    assert "Nummer 2 in Ulm" in await firm.owner.presses("lead.show")


async def test_a_search_without_words_shows_the_newest(chat: Chat) -> None:
    """Whoever looks for nothing in particular gets the newest leads; a novel is too long."""
    _, anna, _ = await play(chat)
    seen = await search(anna, "")
    assert seen.words.index("L-2") < seen.words.index("L-1")
    assert "200" in await search(anna, "dach " * 60)


MESSAGE = (
    "Frau Lang von der Lang Bau GmbH aus 70192 Stuttgart sucht ein Angebot. Mobil 0171 2345678, e.lang@lang.example"
)


async def test_a_message_becomes_a_lead(chat: Chat) -> None:
    """B20: what a message tells stands in the form of a new lead, and nothing is kept before somebody sends it."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    form = await firm.owner.says(de=f"lead aus {MESSAGE}", en=f"lead from {MESSAGE}")
    wanted = {
        "name": "Frau Lang",
        "company": "Lang Bau GmbH",
        "postcode": "70192",
        "phone": "+49 171 2345678",
        "email": "e.lang@lang.example",
        "text": MESSAGE,
        "value": "",
    }
    assert {name: form.inputs[name] for name in wanted} == wanted
    assert "L-1" not in await firm.owner.sees(firm.channel)
    assert "L-1" in await firm.owner.presses("lead.create", fill={"title": "Angebot"})
    assert "L-1" in await firm.owner.sees(firm.channel)


async def test_a_message_of_a_known_contact_says_so_at_once(chat: Chat) -> None:
    """B24: the form filled from a message already shows the leads of the same contact, to be accepted by name."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {})
    await bring(firm, email="e.lang@lang.example")
    form = await firm.owner.says(de=f"lead aus {MESSAGE}", en=f"lead from {MESSAGE}")
    assert "Lead L-1" in form
    assert "L-2" in await firm.owner.presses("lead.create", fill={"title": "Angebot"})


async def test_a_link_opens_its_lead_in_the_chat(chat: Chat) -> None:
    """B8, B9: a link that is written opens the lead for its team, masked where others read along, for nobody else."""
    firm, anna, tom = await play(chat)
    await search(anna, "L-1")
    await anna.presses("lead.show")
    await anna.presses("lead.reveal")
    link = next(one for seen in reversed(await anna.reads()) for one in seen.links if "/leads/" in one)
    assert link.startswith(chat.public_url)
    petra = (await people.found(chat, "Dachwerk KG", "Petra Vogt", {})).owner
    for text in (link, f"Kann jemand {link} übernehmen?", f"lead {link}"):
        assert "Wärmepumpe" in await anna.says(text)
        assert "Wärmepumpe" not in await petra.says(text)
    shown = await anna.says(f"Bitte ansehen: {link}", at=firm.channel)
    assert "Wärmepumpe" in shown
    for secret in ("Gerda", "gerda@", "70192", "5558877"):
        assert secret not in shown
        assert secret not in await tom.sees(firm.channel)


async def test_viewers_capture_nothing(chat: Chat) -> None:
    """X1: a viewer who would make a lead of a message is refused before the form, and reads who may."""
    firm = await people.found(chat, "Solarhaus GmbH", "Anna Weiß", {"Tom Fischer": Role.VIEWER})
    seen = await firm.of(Role.VIEWER).says(de="lead aus Hallo", en="lead from hello")
    assert "Anna Weiß" in seen
    assert not seen.inputs
