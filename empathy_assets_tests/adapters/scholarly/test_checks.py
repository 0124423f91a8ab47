"""Telling whole replies from cut and foreign ones."""

import pytest

from empathy_assets.adapters.scholarly.checks import json_object, xml_document


@pytest.mark.parametrize(
    ("data", "good"), [(b'{"data": []}', True), (b'{"other": 1}', False), (b'{"data": [', False), (b"[]", False), (b"<html>", False)]
)
def test_json(data, good):
    assert (json_object("data")(data) == "") is good


@pytest.mark.parametrize(
    ("data", "good"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE S><S><a/></S>\n', True),
        (b"<S></S>", True),
        (b"<S/>", True),
        (b"<S><a>", False),
        (b"<T></T>", False),
        (b"<S><ERROR>no</ERROR></S>", False),
        (b"", False),
    ],
)
def test_xml(data, good):
    assert (xml_document("S")(data) == "") is good
