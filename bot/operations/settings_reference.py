"""Render the reference of all settings (docs/settings.md) from the settings class."""

from typing import Final, cast

from pydantic import SecretStr

from bot.settings import PREFIX, Settings

HEAD: Final = """# Settings

The bot reads its settings once, from the environment or `.env`; an invalid value stops the start with one line that
names the setting. `python -m bot settings` prints this page.

| variable | default | meaning |
|---|---|---|
"""
TAIL: Final = """
## Secret keys

`KOLLEGA_SECRET_KEYS` is a ring. The first key seals files and Slack tokens at rest and signs links and codes; every
key of the ring opens and verifies. To replace a key:

1. Put the new key first, keep the old one behind it, and restart every process.
2. `python -m bot reseal` encrypts all sealed contents with the first key, in batches beside the running bot. It can be
   interrupted and repeated; it reports how many contents were re-sealed, were current already, and are unreadable.
3. Wait 7 days: invitation links are signed, not sealed, and those signed with the old key are valid for that long.
   Codes and Slack installations that were begun expire within minutes.
4. Remove the old key and restart. A link that the old key signed is invalid from then on; the invitation can be resent.

A key that was disclosed is removed right after step 2: links that it signed become invalid at once.
"""


def render_settings() -> str:
    """Render every setting with its default and its meaning, as Markdown."""
    rows: list[str] = []
    for name, field in Settings.model_fields.items():
        meaning = " ".join((field.description or "").split())
        rows.append(f"| `{PREFIX}{name.upper()}` | {_render_default(field.default)} | {meaning} |")
    return HEAD + "\n".join(rows) + "\n" + TAIL


def _render_default(value: object) -> str:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if isinstance(value, tuple):
        value = ",".join(cast("tuple[str, ...]", value))
    if isinstance(value, bool):
        value = int(value)
    return f"`{value}`" if value != "" else "empty"
