"""Replace the user texts of a card by a hostile text, to prove that no platform takes it for markup."""

from collections.abc import Mapping
from typing import Final, TypeVar, cast

import msgspec
from msgspec import Struct

from cards.model import File, T, TextInput

HOSTILE_TEXT: Final = '"><img src=x onerror=1> <!channel> *b* _i_ `c` :smile: [x](http://e.vil)'
HARMLESS_TEXT: Final = "x" * len(HOSTILE_TEXT)

Value = TypeVar("Value")


def replace_user_texts(value: Value, text: str) -> Value:
    """Return a copy in which every text parameter, file name and typed value is `text`."""
    return cast("Value", _replace(value, text))


def _replace(value: object, text: str) -> object:
    match value:
        case T():
            return msgspec.structs.replace(value, params=_replace_params(value.params, text))
        case tuple():
            return tuple(_replace(member, text) for member in cast("tuple[object, ...]", value))
        case Struct():
            copy = {name: _replace(getattr(value, name), text) for name in value.__struct_fields__}
            if isinstance(value, File):
                copy["name"] = text
            if isinstance(value, TextInput) and value.value:
                copy["value"] = text[: value.max_length]
            return msgspec.structs.replace(value, **copy)
        case _:
            return value


def _replace_params(params: Mapping[str, object], text: str) -> dict[str, object]:
    return {name: text if isinstance(param, str) else _replace(param, text) for name, param in params.items()}
