from datetime import UTC, datetime
from decimal import Decimal

import pytest

from manifests.date_range import DateRange
from manifests.errors import ManifestError


def test_attributes_of_the_client_keep_their_types_and_order() -> None:
    text = 'ID="a",START-DATE="2024-02-29T12:00:00.000Z",X-B="1",X-A=-1.5,X-C=0x0AFF'
    date_range = DateRange.parse(text)

    assert date_range.start_date == datetime(2024, 2, 29, 12, tzinfo=UTC)
    assert date_range.client_attributes == (
        ("X-B", "1"),
        ("X-A", Decimal("-1.5")),
        ("X-C", b"\x0a\xff"),
    )
    assert date_range.render() == text


def test_splices_and_cues_are_read() -> None:
    date_range = DateRange.parse('ID="a",CUE="PRE,ONCE",SCTE35-OUT=0xFC30,END-ON-NEXT=YES,Y=?')
    assert (date_range.cue, date_range.scte35_out) == (("PRE", "ONCE"), b"\xfc\x30")
    assert date_range.end_on_next
    assert date_range.client_attributes == ()


@pytest.mark.parametrize("text", ['CLASS="a"', 'ID="a",X-A=yes', 'ID="a",X-A=0xZ', "ID=a"])
def test_what_is_no_date_range_is_refused(text: str) -> None:
    with pytest.raises(ManifestError):
        DateRange.parse(text)
