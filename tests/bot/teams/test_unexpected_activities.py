"""Genuine activities with random changes."""

from hypothesis import HealthCheck, given, settings, strategies as st

from bot.dispatch.interaction import Placement, Response
from tests.bot.teams.activity_strategies import CHANGES, MENUS, NESTED_OBJECTS, TYPES
from tests.bot.teams.harness import GERMAN, LEAD, Bot


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
async def test_changed_activity_causes_no_server_error(bot: Bot, data: st.DataObject) -> None:
    """Thousands of randomly changed activities cause no server error."""
    bot.chat.respond = lambda interaction: Response(LEAD, list(Placement)[len(interaction.text) % 3], GERMAN)
    bot.clock.advance(7200)
    authorization = bot.teams.authorization()
    changed = data.draw(st.lists(st.tuples(TYPES, CHANGES, NESTED_OBJECTS), min_size=15, max_size=20))
    for number, (kind, changes, inside) in enumerate(changed):
        menu = bot.menu_invoke(MENUS[number % len(MENUS)], inside)
        genuine = (bot.activity(value=inside), bot.click(inside), menu)[number % 3]
        activity = genuine | ({"type": kind} if number % 2 else {}) | changes
        async with bot.client.post(
            "/api/messages", json=activity, headers={"Authorization": authorization}
        ) as response:
            assert response.status in {200, 400}, (activity, await response.text())
