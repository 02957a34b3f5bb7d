import pytest

from services import user
from services.people import Place, PlaceKind
from services.user import UserProfile
from storage.unit_of_work import SqlUnits


async def test_a_user_seen_in_a_channel_can_be_addressed(units: SqlUnits) -> None:
    """From the first message on the bot stores the delivery reference of a user, also in a channel."""
    place = Place("teams", "contoso", "19:leads", PlaceKind.CHANNEL)
    anna = UserProfile("anna-aad", "Anna Weiß", reference={"user": "29:anna"})
    async with units.write() as uow:
        await user.upsert_profile(uow, place, anna, {"bot": "28:kollega"})
        user_id = await user.find_user_id(uow, "teams", "contoso", "anna-aad")
        [identity] = await uow.users.list_identities(user_id)
    assert (identity.direct_conversation_id, identity.reference) == ("", {"user": "29:anna"})


@pytest.mark.parametrize(("email_hint", "called"), [("anna.weiss@solarhaus.example", "anna.weiss"), ("", "#-aad")])
async def test_a_user_always_has_a_name(units: SqlUnits, email_hint: str, called: str) -> None:
    """A user without a name on the platform gets a fallback name until the name is known."""
    place = Place("teams", "contoso", "19:leads", PlaceKind.CHANNEL)
    names: list[str] = []
    for name in ("", "", "Anna Weiß"):
        async with units.write() as uow:
            await user.upsert_profile(
                uow, place, UserProfile("anna-aad", name, email_hint=email_hint), {"bot": "28:kollega"}
            )
            known = await uow.users.get(await user.find_user_id(uow, "teams", "contoso", "anna-aad"))
            assert known is not None
            names.append(known.name)
    assert names == [called, called, "Anna Weiß"]
