"""Tests of PDF reading: running heads, hyphens, outline, damage, protection."""

import textwrap

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from empathy_assets_tests.engines.reading.samples import pdf, prose, read, reasons


def pages(count, start=0):
    """Return pages of running text with a running head and a page number."""
    lines = textwrap.wrap(" ".join(prose(count * 4, start)), 80)
    return [[f"SMALL LIGHTS {n + 1}", *lines[n * 30 : n * 30 + 30], str(n + 1)] for n in range(len(lines) // 30)]


def test_running_heads_and_page_numbers_are_left_out(tmp_path):
    result = read(tmp_path, "a.pdf", pdf(pages(6), title="Small Lights"), "books")
    text = " ".join(p.text for p in result.passages)
    assert "SMALL LIGHTS" not in text
    assert not result.rejects
    assert result.passages[0].provenance.unit == "page"
    assert result.passages[0].provenance.start == 1.0
    assert result.passages[-1].provenance.end > 3


def test_outline_names_the_chapters(tmp_path):
    sheets = pages(6)
    for index, title in ((0, "Dawn"), (3, "Dusk")):
        sheets[index].insert(1, title)
    result = read(tmp_path, "a.pdf", pdf(sheets, outline={0: "Dawn", 3: "Dusk"}), "books")
    assert list(dict.fromkeys(p.chapter for p in result.passages)) == ["Dawn", "Dusk"]


def test_numbered_chapters_take_the_title_in_capitals_below(tmp_path):
    sheets = pages(4)
    sheets[0][1:1] = ["CHAPTER I", "THE LONG ROAD"]
    result = read(tmp_path, "a.pdf", pdf(sheets), "books")
    assert result.passages[0].chapter == "CHAPTER I. THE LONG ROAD"


def test_words_divided_at_the_line_end_become_whole(tmp_path):
    result = read(tmp_path, "a.pdf", pdf([["She had been think-", "ing about the road for a long while, and then she left."]]), "books")
    assert "thinking about" in result.passages[0].text


def test_protected_and_damaged_files(tmp_path):
    assert reasons(read(tmp_path, "a.pdf", pdf([["secret"]], password="k"), "books")) == ["encrypted"]  # noqa: S106
    assert reasons(read(tmp_path, "b.pdf", b"%PDF-1.4 nothing more", "books")) == ["damaged"]
    assert reasons(read(tmp_path, "c.pdf", pdf([[]]), "books")) == ["no-usable-text"]


def test_a_scan_without_text_is_told(tmp_path):
    import io

    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen import canvas

    buffer = io.BytesIO()
    sheet = canvas.Canvas(buffer, invariant=1)
    sheet.drawImage(ImageReader(Image.new("RGB", (8, 8), "white")), 0, 0, 500, 700)
    sheet.save()
    assert reasons(read(tmp_path, "a.pdf", buffer.getvalue(), "books")) == ["no-text-layer"]


@given(data=st.binary(max_size=400))
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_bytes_raise(tmp_path, data):
    whole = pdf([["Some words on a page."]])
    for spoiled in (b"%PDF-1.7\n" + data, whole[: len(whole) // 2] + data + whole[len(whole) // 2 :]):
        result = read(tmp_path, "x.pdf", spoiled, "books")
        assert result.passages or result.rejects
