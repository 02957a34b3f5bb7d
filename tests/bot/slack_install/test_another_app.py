import json

import pytest

from tests.bot.slack import payloads
from tests.bot.slack.payloads import FORM, JSON
from tests.bot.slack_install.install_deployment import InstallDeployment
from tests.fakes.slack import APP_ID


async def sent(deployment: InstallDeployment, kind: str, app_id: str) -> tuple[int, bytes]:
    """Return an event that Slack signed for an app."""
    slack = deployment.slack
    slack.add_user("U1", "Anna Weiß")
    room = slack.direct("U1").channel_id
    made = {
        "command": (FORM, payloads.as_form(payloads.command(slack, "U1", "help", room, api_app_id=app_id))),
        "click": (FORM, payloads.as_payload(payloads.click(slack, "U1", "{}", room, api_app_id=app_id))),
        "event": (JSON, payloads.as_json(payloads.message(slack, "U1", "help", room) | {"api_app_id": app_id})),
    }
    content_type, body = made[kind]
    headers = {"Content-Type": content_type, **slack.sign(body)}
    async with deployment.session.post(f"{deployment.address}/slack/events", data=body, headers=headers) as response:
        return response.status, await response.read()


@pytest.mark.parametrize("kind", ["command", "click", "event"])
async def test_event_of_another_app_is_ignored(deployment: InstallDeployment, kind: str) -> None:
    """After a change of the app, installations of the old app answer no event of the new one."""
    await deployment.install()
    status, answered = await sent(deployment, kind, "A0ANOTHER")
    assert (status, json.loads(answered)) == (403, {"error": "another_app"})
    assert (await sent(deployment, kind, APP_ID))[0] == 200
