"""Adaptive Cards against Microsoft's models, where an unknown field is a mistake, and against the published schema."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import jsonschema
from jsonschema.exceptions import ValidationError
from microsoft_teams.cards import core
from pydantic import BaseModel

SCHEMA = jsonschema.Draft6Validator(
    json.loads((Path(__file__).parent / "schema" / "adaptive-card-1.5.0.json").read_text())
)

MODELS: dict[str, type[BaseModel]] = {
    model.model_fields["type"].default: model
    for model in vars(core).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and "type" in model.model_fields
}


def mistakes(drawn: dict[str, Any]) -> list[str]:
    """What is wrong with an Adaptive Card; nothing, in a good one."""
    # Teams alone knows `msteams`; the schema is for all hosts.
    neutral = {name: value for name, value in drawn.items() if name != "msteams"}
    errors = cast("Iterator[ValidationError]", SCHEMA.iter_errors(neutral))  # pyright: ignore[reportUnknownMemberType]
    return [*unknown(drawn, "card"), *(error.message[:300] for error in errors)]


def unknown(piece: object, path: str) -> Iterator[str]:
    """Everything in a drawn card that Microsoft's models do not know; a wrong value raises."""
    if isinstance(piece, list):
        for place, part in enumerate(cast("list[object]", piece)):
            yield from unknown(part, f"{path}[{place}]")
    elif isinstance(piece, dict):
        fields = cast("dict[str, object]", piece)
        if "type" in fields:
            yield from extras(MODELS[str(fields["type"])].model_validate(fields), path)
        for name, part in fields.items():
            if name != "data":
                yield from unknown(part, f"{path}.{name}")


def extras(model: BaseModel, path: str) -> Iterator[str]:
    """The unknown fields of a model and its parts; elements and actions are looked at on their own, data is ours."""
    yield from (f"{path}.{name}" for name in model.model_extra or {} if name != "$schema")
    for name, value in model:
        parts = cast("list[object]", value) if isinstance(value, list) else [value]
        for part in parts:
            if isinstance(part, BaseModel) and not isinstance(
                part, core.CardElement | core.Action | core.SubmitActionData
            ):
                yield from extras(part, f"{path}.{name}")
