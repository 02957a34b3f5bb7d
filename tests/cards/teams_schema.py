"""Validation of Adaptive Cards by Microsoft's models (unknown fields are errors) and by the published schema."""

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


def validate_adaptive_card(rendered: dict[str, Any]) -> list[str]:
    """Return the errors of an Adaptive Card; an empty list for a valid one."""
    # `msteams` is an extension of Teams; the published schema covers all hosts and rejects it.
    schema_card = {name: value for name, value in rendered.items() if name != "msteams"}
    errors = cast("Iterator[ValidationError]", SCHEMA.iter_errors(schema_card))  # pyright: ignore[reportUnknownMemberType]
    return [*unknown_fields(rendered, "card"), *(error.message[:300] for error in errors)]


def unknown_fields(element: object, path: str) -> Iterator[str]:
    """Yield the fields that Microsoft's models do not define. Raises pydantic.ValidationError for a wrong value."""
    if isinstance(element, list):
        for index, child in enumerate(cast("list[object]", element)):
            yield from unknown_fields(child, f"{path}[{index}]")
    elif isinstance(element, dict):
        fields = cast("dict[str, object]", element)
        if "type" in fields:
            yield from extra_fields(MODELS[str(fields["type"])].model_validate(fields), path)
        for name, child in fields.items():
            if name != "data":
                yield from unknown_fields(child, f"{path}.{name}")


def extra_fields(model: BaseModel, path: str) -> Iterator[str]:
    """Yield the undefined fields of a model and its parts, without nested elements, actions and submit data."""
    yield from (f"{path}.{name}" for name in model.model_extra or {} if name != "$schema")
    for name, value in model:
        children = cast("list[object]", value) if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, BaseModel) and not isinstance(
                child, core.CardElement | core.Action | core.SubmitActionData
            ):
                yield from extra_fields(child, f"{path}.{name}")
