"""Column lineage: from which columns of which datasets each column of a dataset is made.

Lives here: how an asset says it and what Dagster shows of it. Must not live here: the lineage of one particular asset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import dagster as dg
from pydantic import BaseModel

COLUMN_LINEAGE = "dagster/column_lineage"

Columns = Mapping[str, tuple[str, ...]]
"""Asset key -> its columns."""


@dataclass(frozen=True)
class Lineage:
    """What the columns of a dataset are made of.

    Attributes:
        carried: Assets whose rows are handed on: every column that `made` does not name comes from their column of the same name.
        made: Column -> the columns it is computed from, by asset; nothing for a constant.
    """

    carried: tuple[str, ...] = ()
    made: Mapping[str, Columns] = field(default_factory=dict[str, Columns])

    def of(self, record: type[BaseModel]) -> dg.TableColumnLineage:
        """Return the lineage of a table of `record` as Dagster shows it."""
        handed_on = {name: dict.fromkeys(self.carried, (name,)) for name in record.model_fields}
        return dg.TableColumnLineage({
            column: [
                dg.TableColumnDep(asset_key=dg.AssetKey([asset]), column_name=name) for asset, names in parents.items() for name in names
            ]
            for column, parents in (handed_on | dict(self.made)).items()
            if parents
        })  # fmt: skip
