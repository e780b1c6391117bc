"""Payload text to value. Never raises, never lets NaN, booleans or absurd numbers through.

A GX sends `{"value": x}`, `{"value": null}` for "device there, no value now" and an empty payload
when the whole service has gone.
"""

from dataclasses import dataclass
from enum import Enum
import json
from typing import Final, Never

from .topics import Limits

MAX_PAYLOAD_CHARS: Final = 4096
"""Longest payload looked at. Ours are below 100 characters; anything huge is no value."""


class Verdict(Enum):
    """What a payload turned out to be."""

    VALUE = "value"
    NULL = "null"
    """The GX says that there is no value now."""
    GONE = "gone"
    """The service left the GX."""
    REJECTED = "rejected"
    """A value of the wrong type or outside any belief: absent."""
    MALFORMED = "malformed"
    """Not a message of the protocol at all: ignored."""
    OVERSIZE = "oversize"
    """Longer than any message of ours: ignored."""


IGNORED: Final = frozenset({Verdict.MALFORMED, Verdict.OVERSIZE})
"""Verdicts that say nothing about the value, so the old one stays."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """A verdict, with the value if it is one."""

    verdict: Verdict
    value: float | str | None = None


_NULL: Final = Parsed(Verdict.NULL)
_GONE: Final = Parsed(Verdict.GONE)
_REJECTED: Final = Parsed(Verdict.REJECTED)
_MALFORMED: Final = Parsed(Verdict.MALFORMED)
_OVERSIZE: Final = Parsed(Verdict.OVERSIZE)


class _NotANumberError(ValueError):
    """JSON has no NaN or Infinity, though Python's parser would take them."""


def _refuse_constant(name: str) -> Never:
    raise _NotANumberError(name)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse_constant)


def parse(payload: str, limits: Limits | None) -> Parsed:
    """Read a GX payload; `limits` is the range of a number, `None` where a text is due."""
    if not payload:
        return _GONE
    if len(payload) > MAX_PAYLOAD_CHARS:
        return _OVERSIZE
    try:
        body = _DECODER.decode(payload)
    except _NotANumberError:
        return _REJECTED
    except ValueError, RecursionError:
        return _MALFORMED
    if not isinstance(body, dict) or "value" not in body:
        return _MALFORMED
    return _judge(body["value"], limits)


def _judge(value: object, limits: Limits | None) -> Parsed:
    if value is None:
        return _NULL
    if limits is None:
        return Parsed(Verdict.VALUE, value) if isinstance(value, str) else _REJECTED
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _REJECTED
    if not limits.low <= value <= limits.high:
        return _REJECTED
    return Parsed(Verdict.VALUE, float(value))
