"""What a detector marks in a picture travels with its finding, and findings from before it still read."""

from __future__ import annotations

import msgspec
from tests.api.door import finding

from tocsin.bus.codec import decode, encode
from tocsin.kernel.events import Finding, PictureBox


def test_boxes_travel_with_the_finding() -> None:
    marked = finding(boxes=(PictureBox(0.25, 0.5, 0.1, 0.2, "rifle", 0.83),))
    assert decode(encode(marked), Finding) == marked


def test_a_finding_from_before_boxes_has_none() -> None:
    old = msgspec.to_builtins(finding())
    del old["boxes"]
    assert msgspec.convert(old, Finding).boxes == ()
