"""EXT-X-DATERANGE (rfc8216bis §4.4.5.1): metadata for a span of the timeline."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self, cast

from manifests.attribute_values import (
    BYTES,
    DECIMAL,
    QUOTED,
    QUOTED_DATE,
    QUOTED_LIST,
    SIGNED_DECIMAL,
    YES_NO,
    Value,
    quote,
)
from manifests.attributes import Attribute, arguments, parse_attributes, write_attributes

ClientValue = str | Decimal | bytes


@dataclass(frozen=True, slots=True)
class DateRange:
    """A span of dates with its attributes; ``client_attributes`` are those that begin with X-."""

    id: Annotated[str, Attribute("ID", QUOTED)]
    start_date: Annotated[datetime | None, Attribute("START-DATE", QUOTED_DATE)] = None
    class_name: Annotated[str | None, Attribute("CLASS", QUOTED)] = None
    cue: Annotated[tuple[str, ...], Attribute("CUE", QUOTED_LIST)] = ()
    end_date: Annotated[datetime | None, Attribute("END-DATE", QUOTED_DATE)] = None
    duration_s: Annotated[Decimal | None, Attribute("DURATION", DECIMAL)] = None
    planned_duration_s: Annotated[Decimal | None, Attribute("PLANNED-DURATION", DECIMAL)] = None
    scte35_cmd: Annotated[bytes | None, Attribute("SCTE35-CMD", BYTES)] = None
    scte35_out: Annotated[bytes | None, Attribute("SCTE35-OUT", BYTES)] = None
    scte35_in: Annotated[bytes | None, Attribute("SCTE35-IN", BYTES)] = None
    end_on_next: Annotated[bool, Attribute("END-ON-NEXT", YES_NO)] = False
    client_attributes: tuple[tuple[str, ClientValue], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the tag's attribute list."""
        values = parse_attributes(text)
        own = tuple((name, _read(values[name])) for name in values if name.startswith("X-"))
        return cls(**arguments(cls, values), client_attributes=own)

    def render(self) -> str:
        """Spell the tag's attribute list."""
        own = (f"{name}={_write(value)}" for name, value in self.client_attributes)
        return ",".join((write_attributes(self), *own))


def _read(value: Value) -> ClientValue:
    if value.quoted:
        return value.text
    syntax = BYTES if value.text[:2] in {"0x", "0X"} else SIGNED_DECIMAL
    return cast("ClientValue", syntax.read(value))


def _write(value: ClientValue) -> str:
    if isinstance(value, str):
        return quote(value)
    return (BYTES if isinstance(value, bytes) else SIGNED_DECIMAL).write(value)
