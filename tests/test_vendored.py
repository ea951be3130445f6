"""The files of others in the explorer are those that are listed."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import vl_convert

from ombudsman_crawler.cli import charting

VENDOR = files("ombudsman_crawler").joinpath("explore/static/vendor")
LISTED = VENDOR.joinpath("VENDORED.md").read_text(encoding="utf-8")


def test_vendored_files_have_the_hashes_that_are_listed() -> None:
    listed = dict(re.findall(r"^\| `([^`]+)` .*`([0-9a-f]{64})` \|$", LISTED, re.M))
    there = {one.name for one in VENDOR.iterdir() if one.name.endswith(".js")}
    assert set(listed) == there
    for name, sha256 in listed.items():
        assert hashlib.sha256(VENDOR.joinpath(name).read_bytes()).hexdigest() == sha256
    for name in re.findall(r"`(LICENSE\.[a-z-]+)`", LISTED):
        assert "Redistribution" in VENDOR.joinpath(name).read_text(encoding="utf-8")


def test_browser_and_command_draw_with_the_same_version() -> None:
    assert charting._VEGA_LITE in vl_convert.get_vegalite_versions()
    assert f"vega-lite {charting._VEGA_LITE}." in LISTED
    assert f"vega {vl_convert.get_vega_version()} " in LISTED
