"""Lists of videos in landing: text files with one video per line, read to ids.

Lives here: the shapes of a video's address and what is wrong with a line. Must not live here: asking for captions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from empathy_assets.engines.reading.text import decode
from empathy_assets.policy.load import number, table
from empathy_assets.records.reject import Reject

SOURCE = "transcripts"
"""Asset that everything fetched belongs to."""
FOLDER = "videos"
"""Folder of the lists below the landing root; a video's name for the rights declaration is `videos/<id>`."""

_ID = re.compile(r"[A-Za-z0-9_-]{11}")
_HOSTS = ("youtube.com", "youtube-nocookie.com")
_PATHS = ("shorts", "embed", "live", "v", "e")
_REMARK = re.compile(r"(?:^|\s)#.*$")


@dataclass(frozen=True)
class Video:
    """One listed video; `file` and `position` say where it is listed."""

    id: str
    file: str = ""
    position: str = ""

    @property
    def relative(self) -> str:
        """The name under which rights are declared and records are anchored."""
        return f"{FOLDER}/{self.id}"

    @property
    def uri(self) -> str:
        """The address of the video."""
        return f"https://www.youtube.com/watch?v={self.id}"


def video_id(text: str) -> str | None:
    """Return the id in an id or an address of any published shape (watch, youtu.be, shorts, embed, live), or None."""
    text = text.strip().strip("<>\"'")
    if _ID.fullmatch(text):
        return text
    try:
        url = urlsplit(text if "//" in text else f"https://{text}")
        host, query = (url.hostname or "").lower(), parse_qs(url.query)
    except ValueError:
        return None
    parts = [part for part in url.path.split("/") if part]
    if host in ("youtu.be", "www.youtu.be"):
        found = parts[0] if parts else ""
    elif not any(host == known or host.endswith("." + known) for known in _HOSTS):
        return None
    elif len(parts) > 1 and parts[0] in _PATHS:
        found = parts[1]
    else:
        found = next(iter(query.get("v", [])), "")
    return found if _ID.fullmatch(found) else None


def refuse(video: Video, reason: str, detail: str) -> Reject:
    """Return the reject of one video or line; the remedy is the policy's for `reason`."""
    remedy: str = table("videos")["remedies"].get(reason, "")
    where = {"file": video.file or video.uri, "position": video.position}
    return Reject(source=SOURCE, reason=reason, detail=detail[:500], remedy=remedy, **where)


def listed_videos(landing: Path) -> tuple[list[Video], list[Reject]]:
    """Return the videos listed in `landing/videos/*.txt`, each once, in the order of files and lines.

    A line holds one id or address; what follows a `#` at its start or after a space is a remark. A line that is neither becomes a
    reject with file and line. READMEs and links are no lists.
    """
    found: dict[str, Video] = {}
    rejects: list[Reject] = []
    for path in sorted((landing / FOLDER).glob("*.txt")):
        if path.name.upper().startswith("README"):
            continue
        name = path.relative_to(landing).as_posix()
        text, problem = _text(path)
        if problem:
            rejects.append(refuse(Video("", name), "bad-list-file", problem))
        for index, line in enumerate(text.split("\n"), start=1):
            entry = _REMARK.sub("", line).strip()
            if not entry:
                continue
            key = video_id(entry)
            video = Video(key or "", name, f"line {index}")
            if key is None:
                rejects.append(refuse(video, "bad-list-line", f"found {entry[:80]!r}, expected a video id or address"))
            else:
                found.setdefault(key, video)
    return list(found.values()), rejects


def _text(path: Path) -> tuple[str, str]:
    """Return a list's text, or what is wrong with the file."""
    if path.is_symlink() or not path.is_file():
        return "", "no plain file"
    limit = int(number("videos", "lists.file_kib")) << 10
    try:
        if path.stat().st_size > limit:
            return "", f"{path.stat().st_size} bytes, at most {limit} are read"
        data = path.read_bytes()
    except OSError as error:
        return "", f"{type(error).__name__}: {error.strerror}"
    return ("", "binary content") if b"\x00" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")) else (decode(data), "")
