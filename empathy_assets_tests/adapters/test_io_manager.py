"""Tests of the Parquet IO manager: schema, partitions, write-once releases, locally and on a real S3 server."""

from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from empathy_assets.adapters import cache
from empathy_assets.adapters.cache import fingerprint
from empathy_assets.adapters.io_manager import COLUMNS_KEY, RECORD_KEY, Handed, ParquetIOManager, column_schema
from empathy_assets.adapters.releases import MARKER, ReleaseFrozenError, package_path
from empathy_assets.adapters.storage import write_bytes
from empathy_assets.records.arrow import SchemaMismatchError, to_frame
from empathy_assets.records.reject import Reject

RELEASES = dg.StaticPartitionsDefinition(["next", "v0.1.0"])
KEY = dg.AssetKey(["nightmare-fuel"])


def frame(*files: str) -> pl.DataFrame:
    return to_frame([Reject(source="books", file=name, reason="encrypted") for name in files], Reject)


@pytest.fixture(params=["local", "s3"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> ParquetIOManager:
    return ParquetIOManager(root_uri=str(tmp_path) if request.param == "local" else request.getfixturevalue("s3_bucket"))


def figures(context: dg.OutputContext) -> dict[str, object]:
    return {name: value.value if isinstance(value, dg.MetadataValue) else value for name, value in context.get_logged_metadata().items()}


def output(partitions: list[str] | None = None) -> dg.OutputContext:
    span = dg.PartitionKeyRange(partitions[0], partitions[-1]) if partitions else None
    return (
        dg.build_output_context(
            asset_key=KEY,
            partition_key=partitions[0] if partitions and len(partitions) == 1 else None,
            definition_metadata={RECORD_KEY: "Reject"},
            asset_partition_key_range=span,
            asset_partitions_def=RELEASES,
        )
        if partitions
        else dg.build_output_context(asset_key=KEY, definition_metadata={RECORD_KEY: "Reject"})
    )


def test_a_table_comes_back_as_it_was_written_with_figures(manager: ParquetIOManager) -> None:
    context = output()
    manager.handle_output(context, frame("a.pdf", "b.pdf"))
    assert manager.read(KEY, None).equals(frame("a.pdf", "b.pdf"))
    metadata = figures(context)
    assert metadata["dagster/row_count"] == 2
    assert len(metadata["sha256"]) == 64
    assert str(metadata["dagster/uri"]).endswith("nightmare-fuel/data.parquet")


def test_an_empty_table_keeps_its_schema(manager: ParquetIOManager) -> None:
    manager.handle_output(output(), frame())
    assert manager.read(KEY, None).schema == frame("a").schema


def test_the_same_table_gives_the_same_bytes(manager: ParquetIOManager) -> None:
    first, second = output(), output()
    manager.handle_output(first, frame("a.pdf"))
    manager.handle_output(second, frame("a.pdf"))
    assert figures(first)["sha256"] == figures(second)["sha256"]


def test_a_table_of_another_shape_is_refused_on_write(manager: ParquetIOManager) -> None:
    with pytest.raises(SchemaMismatchError, match=r"missing \['reason'\]"):
        manager.handle_output(output(), frame("a.pdf").drop("reason"))
    with pytest.raises(FileNotFoundError, match="Build it first"):
        manager.read(KEY, None)


def test_a_table_written_by_other_code_is_refused_on_read(manager: ParquetIOManager, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.parquet"
    frame("a.pdf").write_parquet(foreign, metadata={"record": "Reject", "schema_version": "0"})
    write_bytes(manager.path(KEY, None), foreign.read_bytes())
    with pytest.raises(SchemaMismatchError, match="Materialize the asset again"):
        manager.read(KEY, None)


def test_a_final_release_takes_the_same_bytes_and_refuses_others(manager: ParquetIOManager) -> None:
    manager.handle_output(output(["v0.1.0"]), frame("a.pdf"))
    manager.handle_output(output(["v0.1.0"]), frame("b.pdf"))  # not yet published: may still be rebuilt
    write_bytes(package_path(manager.root, "v0.1.0") / MARKER, b"{}")
    manager.handle_output(output(["v0.1.0"]), frame("b.pdf"))
    with pytest.raises(ReleaseFrozenError, match=r"v0\.2\.0"):
        manager.handle_output(output(["v0.1.0"]), frame("c.pdf"))
    assert manager.read(KEY, "v0.1.0").equals(frame("b.pdf"))


def _graph(manager: ParquetIOManager) -> dg.Definitions:
    @dg.asset(key=KEY, partitions_def=RELEASES, metadata={RECORD_KEY: "Reject"}, backfill_policy=dg.BackfillPolicy.single_run())
    def upstream(context: dg.AssetExecutionContext) -> dict[str, pl.DataFrame]:
        return {key: frame(f"{key}.pdf") for key in context.partition_keys}

    @dg.asset(metadata={RECORD_KEY: "Reject"}, ins={"stages": dg.AssetIn(KEY)})
    def every(stages: dict[str, pl.DataFrame]) -> pl.DataFrame:
        return pl.concat(stages.values())

    return dg.Definitions(assets=[upstream, every], resources={"io_manager": manager})


def test_one_run_over_many_partitions_writes_and_reads_each(tmp_path: Path) -> None:
    manager = ParquetIOManager(root_uri=str(tmp_path))
    defs = _graph(manager)
    upstream, every = (defs.resolve_assets_def(key) for key in (KEY, "every"))
    tags = {"dagster/asset_partition_range_start": "next", "dagster/asset_partition_range_end": "v0.1.0"}
    assert dg.materialize([upstream], resources={"io_manager": manager}, tags=tags).success
    assert dg.materialize([upstream, every], selection=[every], resources={"io_manager": manager}).success
    assert manager.read(dg.AssetKey("every"), None)["file"].to_list() == ["next.pdf", "v0.1.0.pdf"]


def test_an_input_that_names_its_columns_gets_no_others(tmp_path: Path) -> None:
    manager = ParquetIOManager(root_uri=str(tmp_path))
    seen: list[list[str]] = []

    @dg.asset(metadata={RECORD_KEY: "Reject"})
    def whole() -> pl.DataFrame:
        return frame("a.pdf", "b.pdf")

    @dg.asset(metadata={RECORD_KEY: "Reject"}, ins={"whole": dg.AssetIn(metadata={COLUMNS_KEY: ["file", "reason"]})})
    def some(whole: pl.DataFrame) -> pl.DataFrame:
        seen.append(whole.columns)
        return frame(*whole["file"])

    assert dg.materialize([whole, some], resources={"io_manager": manager}).success
    assert seen == [["file", "reason"]]
    assert manager.read(dg.AssetKey("some"), None).equals(frame("a.pdf", "b.pdf"))


def test_column_schemas_carry_descriptions() -> None:
    columns = {column.name: column for column in column_schema(Reject).columns}
    assert columns["reason"].type == "string"
    assert "machine-readable" in (columns["reason"].description or "")


def test_a_table_that_was_handed_over_is_let_go_of(tmp_path: Path) -> None:
    stored = ParquetIOManager(root_uri=str(tmp_path))
    handed = Handed(frame("a.pdf"))
    stored.handle_output(output(), handed)
    assert stored.read(KEY, None).equals(frame("a.pdf"))
    with pytest.raises(ValueError, match="hand it over once"):
        handed.take()


def test_a_table_that_is_read_knows_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = ParquetIOManager(root_uri=str(tmp_path))
    stored.handle_output(output(), frame("a.pdf"))
    known = fingerprint(frame("a.pdf"))
    monkeypatch.setattr(cache, "_hashed", lambda _: pytest.fail("hashed again"))
    assert fingerprint(stored.read(KEY, None)) == known
