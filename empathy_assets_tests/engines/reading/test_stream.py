"""Tests of files as text: the encoding of the whole, cut into pieces and lines."""

from empathy_assets.engines.reading.stream import decoded, encoding_of_file, text_lines, text_pieces


def test_the_encoding_is_that_of_the_whole_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"plain\n" * 200_000 + "café\n".encode("cp1252"))
    assert encoding_of_file(path) == "cp1252"
    path.write_text("café\n", encoding="utf-8")
    assert encoding_of_file(path) == "utf-8"


def test_pieces_join_to_the_text_whatever_ends_its_lines(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("one\r\ntwo\rthrée\n".encode())
    assert "".join(text_pieces(path)) == "one\ntwo\nthrée\n"


def test_lines_are_numbered_from_one_in_any_encoding(tmp_path):
    path = tmp_path / "a.txt"
    for encoding in ("utf-8", "utf-16"):
        path.write_bytes("one\nzwei é\n".encode(encoding))
        assert [(n, text.strip()) for n, text in text_lines(path)][:2] == [(1, "one"), (2, "zwei é")]


def test_a_line_in_another_code_page_is_read_in_it():
    text = "The café on the corner was closed when I came to it in the rain."
    assert list(decoded([(1, text.encode("cp1252")), (2, text.encode())])) == [(1, text), (2, text)]
