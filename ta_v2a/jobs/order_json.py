"""Orders as JSON: the job format of batch and server."""

from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ta_v2a.delivery.job import Order
from ta_v2a.errors import UserError


@lru_cache(maxsize=1)
def _adapter() -> Any:
    return TypeAdapter(Order)


def order_as_json(order: Order) -> dict[str, Any]:
    """All fields of an order as JSON holds them; a cue without an end has Infinity there, as Python's `json`
    writes it."""
    return _adapter().dump_python(order, mode="json")


def order_from_json(given: dict[str, Any]) -> Order:
    """The order that a JSON object holds. Numbers may be texts, as in tables.

    Raises:
        UserError: it is none; the first wrong field is named.
    """
    unknown = sorted(given.keys() - set(Order.__dataclass_fields__))
    if unknown:
        raise UserError(f"an order has no {unknown[0]!r}; it has {', '.join(Order.__dataclass_fields__)}")
    try:
        return _adapter().validate_python(given)
    except ValidationError as error:
        raise UserError(f"an order's {wrong_field(error)}") from None


def wrong_field(error: ValidationError) -> str:
    """The first mistake that pydantic found, in one line."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "value"
    return f"{place}: {' '.join(first['msg'].split())}"[:300]
