"""The picture of a run is well-formed, says everything in words too, and keeps within its frame."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from local.bench_plot import WIDTH, Bar, Panel, svg

NS = "{http://www.w3.org/2000/svg}"
PANELS = [
    Panel("Ratios", [Bar("earn <at> 1", 0.8, "0.8", 0.9, 0.75), Bar("return & more", 0.7, "0.7", is_missed=True)]),
    Panel("Bills", [Bar("10,000", 12.0, "12"), Bar("1,000,000", 900.0, "900")]),
    Panel("Nothing yet", [Bar("none", 0.0, "0")]),
]


def drawn() -> ET.Element:
    return ET.fromstring(svg("A title", "A note", PANELS))


def test_every_label_and_value_stands_in_it() -> None:
    texts = [text.text for text in drawn().iter(f"{NS}text")]
    assert texts[:2] == ["A title", "A note"]
    assert {"Ratios", "earn <at> 1", "0.8", "return & more", "0.7", "Bills", "900", "Nothing yet"} <= {*texts}


def test_bars_are_as_long_as_their_values_and_none_leaves_the_frame() -> None:
    boxes = [box for box in drawn().iter(f"{NS}rect") if box.get("class") in {"bar", "missed"}]
    widths = [float(box.get("width", "")) for box in boxes]
    assert abs(widths[0] / widths[1] - 0.8 / 0.7) < 0.01
    assert widths[4] == 0
    assert all(float(box.get("x", "")) + width < WIDTH for box, width in zip(boxes, widths, strict=True))
    assert [box.get("class") for box in boxes][:2] == ["bar", "missed"]


def test_targets_and_the_last_run_are_marked_once_each() -> None:
    kinds = [line.get("class") for line in drawn().iter(f"{NS}line")]
    assert sorted(filter(None, kinds)) == ["last", "target"]


def test_it_is_legible_on_dark_ground() -> None:
    assert "prefers-color-scheme: dark" in svg("A", "B", [])
