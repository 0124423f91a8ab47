"""Tests of the lists of videos."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from empathy_assets.adapters.youtube.lists import Video, listed_videos, video_id

_ID = "a-b_c1234XY"


@pytest.mark.parametrize(
    "text",
    [
        _ID,
        f"  <https://www.youtube.com/watch?v={_ID}>",
        f"https://www.youtube.com/watch?app=desktop&list=PL1&v={_ID}&t=42s",
        f"http://m.youtube.com/watch?v={_ID}#top",
        f"https://music.youtube.com/watch?v={_ID}",
        f"https://youtu.be/{_ID}?si=abc",
        f"youtu.be/{_ID}",
        f"www.youtube.com/shorts/{_ID}",
        f"https://www.youtube-nocookie.com/embed/{_ID}?start=1",
        f"https://www.youtube.com/live/{_ID}?feature=share",
    ],
)
def test_ids_in_addresses_of_any_shape(text):
    assert video_id(text) == _ID


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        _ID + "x",
        "https://example.org/watch?v=" + _ID,
        "https://youtu.be/",
        "https://www.youtube.com/@channel",
        "https://notyoutube.com/watch?v=" + _ID,
        "http://[::1/watch",
        "https://www.youtube.com/playlist?list=PL1",
    ],
)
def test_what_is_no_video(text):
    assert video_id(text) is None


def test_lists_give_each_video_once_and_bad_lines_a_reject(tmp_path):
    folder = tmp_path / "videos"
    folder.mkdir()
    (folder / "b.txt").write_text(f"# talks\n\n{_ID}  # the first\nnonsense here\nhttps://youtu.be/AAAAAAAAAAA\n", encoding="utf-8")
    (folder / "a.txt").write_bytes(f"\ufeffhttps://youtu.be/{_ID}\r\n".encode())
    (folder / "README.txt").write_text("nothing to read")
    (folder / "c.txt").write_bytes(b"a\x00b")
    (folder / "d.txt").symlink_to(folder / "a.txt")
    (folder / "e.txt").write_text("x" * (1 << 20) + "y")
    found, rejects = listed_videos(tmp_path)
    assert found == [Video(_ID, "videos/a.txt", "line 1"), Video("AAAAAAAAAAA", "videos/b.txt", "line 5")]
    assert [(r.file, r.position, r.reason) for r in rejects] == [
        ("videos/b.txt", "line 4", "bad-list-line"),
        ("videos/c.txt", "", "bad-list-file"),
        ("videos/d.txt", "", "bad-list-file"),
        ("videos/e.txt", "", "bad-list-file"),
    ]
    assert all(r.remedy for r in rejects)
    assert listed_videos(tmp_path / "nowhere") == ([], [])


@given(st.text(max_size=60))
def test_no_line_raises(text):
    found = video_id(text)
    assert found is None or len(found) == 11
