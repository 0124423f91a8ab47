"""Declarations of rights: the `rights.toml` files of a folder tree, and which of them holds for a file.

Lives here: finding and reading them. Must not live here: their syntax (`engines.reading.rights`), which licences are accepted (policy).
"""

from __future__ import annotations

from pathlib import Path

from empathy_assets.engines.reading.rights import RightsError, RightsTable, parse_rights
from empathy_assets.records.licence import Rights

RIGHTS_FILE = "rights.toml"


class Declarations:
    """The rights.toml files of a folder tree, each parsed once."""

    def __init__(self, root: Path, fixed: Path | None = None) -> None:
        self.root, self.fixed = root, fixed
        self._tables: dict[Path, RightsTable | RightsError | None] = {}

    def _table(self, path: Path) -> RightsTable | None:
        if path not in self._tables:
            self._tables[path] = self._load(path)
        found = self._tables[path]
        if isinstance(found, RightsError):
            raise found
        return found

    @staticmethod
    def _load(path: Path) -> RightsTable | RightsError | None:
        try:
            return parse_rights(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            return RightsError(f"{path.name} cannot be read: {error}")
        except RightsError as error:
            return error

    def of(self, path: Path) -> Rights | None:
        """Return the declaration for a file: from the nearest rights.toml that has one, up to the root.

        Raises:
            RightsError: A rights.toml on the way is not usable.
        """
        if self.fixed is not None:
            table = self._table(self.fixed)
            names = (path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name, path.name)
            return next((r for name in names if table and (r := table.lookup(name))), None)
        for folder in path.parents:
            table = self._table(folder / RIGHTS_FILE)
            rights = table.lookup(path.relative_to(folder).as_posix()) if table else None
            if rights is not None:
                return rights
            if folder == self.root:
                return None
        return None
