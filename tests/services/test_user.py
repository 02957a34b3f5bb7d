import pytest

from services import user
from services.people import Place, PlaceKind
from services.user import Met
from storage.unit_of_work import SqlUnits


async def test_somebody_met_in_a_channel_can_be_written_to(units: SqlUnits) -> None:
    """From the first message on the bot keeps how to reach a person, even where others read along."""
    place = Place("teams", "contoso", "19:leads", PlaceKind.CHANNEL)
    anna = Met("anna-aad", "Anna Weiß", reference={"user": "29:anna"})
    async with units.write() as uow:
        await user.meet(uow, place, anna, {"bot": "28:kollega"})
        user_id = await user.known(uow, "teams", "contoso", "anna-aad")
        [identity] = await uow.users.identities(user_id)
    assert (identity.direct_conversation_id, identity.reference) == ("", {"user": "29:anna"})


@pytest.mark.parametrize(("email_hint", "called"), [("anna.weiss@solarhaus.example", "anna.weiss"), ("", "#-aad")])
async def test_nobody_is_nameless(units: SqlUnits, email_hint: str, called: str) -> None:
    """Whose name the platform leaves out at first is called by what is known, and by the name once it comes."""
    place = Place("teams", "contoso", "19:leads", PlaceKind.CHANNEL)
    names: list[str] = []
    for told in ("", "", "Anna Weiß"):
        async with units.write() as uow:
            await user.meet(uow, place, Met("anna-aad", told, email_hint=email_hint), {"bot": "28:kollega"})
            known = await uow.users.get(await user.known(uow, "teams", "contoso", "anna-aad"))
            assert known is not None
            names.append(known.name)
    assert names == [called, called, "Anna Weiß"]
