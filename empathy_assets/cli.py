"""The `empathy` command: thin commands over the same definitions and engines the Dagster UI uses.

Lives here: options, help texts, exit codes. Must not live here: logic; heavy imports happen inside the commands so that `--help` is quick.
"""

import gc
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import load_dotenv

from empathy_assets.console.pipes import watched_reader

app = typer.Typer(
    name="empathy",
    help="Build, explain and verify therapeutic-conversation dataset releases.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_UsageError: Any = typer.BadParameter.__mro__[1]  # typer carries its own click and exports only what is derived from it

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ReleaseOption = Annotated[str, typer.Option("--release", "-r", help="Release key of policy/releases.toml.")]


@app.callback()
def main(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    """Build, explain and verify therapeutic-conversation dataset releases. Variables of .env are read; see .env.example."""
    load_dotenv(Path.cwd() / ".env")
    if debug:
        os.environ["EMPATHY_DEBUG"] = "1"


def run() -> None:
    """Run the command line; an error becomes one line with its remedy: exit code 1, or 2 for what cannot be asked so."""
    try:
        with watched_reader():
            raise SystemExit(app(standalone_mode=False) or 0)
    except _UsageError as error:
        if not sys.argv[1:]:  # nothing was asked: the help is the answer
            typer.echo(error.ctx.get_help())
            raise SystemExit(2) from None
        typer.secho(f"error: {' '.join(error.format_message().split())} See {error.ctx.command_path} --help.", fg="red", err=True)
        raise SystemExit(2) from None
    except typer.Abort:
        typer.secho("error: stopped by you; run it again, finished work is used", fg="red", err=True)
        raise SystemExit(130) from None
    except (ValueError, RuntimeError, OSError) as error:
        if os.environ.get("EMPATHY_DEBUG"):
            raise
        typer.secho(f"error: {error}", fg="red", err=True)
        raise SystemExit(1) from None
    finally:
        gc.freeze()  # the process ends: what it holds is not searched for circles once more


def _emit(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@app.command()
def build(
    release: ReleaseOption = "next",
    scale: Annotated[float | None, typer.Option(help="Multiply release targets; 0.02: 1,200 conversations. [env: EMPATHY_SCALE]")] = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only print requests, tokens and cost of generation, per kind.")] = False,
    as_json: Json = False,
) -> None:
    """Build a release: every asset, every check, the package. Exit code 1 if a blocking check fails, with its name."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.build import run_build
    from empathy_assets.console.dry_run import dry_run, print_dry_run
    from empathy_assets.console.summary import as_dict, print_summary
    from empathy_assets.policy.releases import releases

    if release not in releases():
        raise ValueError(f"release {release!r} is unknown; releases.toml has {list(releases())}. Add a table for it there.")
    if scale is not None:
        os.environ["EMPATHY_SCALE"] = str(scale)
    settings = Settings.from_env()
    if dry:
        facts = dry_run(settings, Console(stderr=True))
        _emit(facts) if as_json else print_dry_run(facts, Console())
        raise typer.Exit(0 if facts["within_budget"] else 1)
    result = run_build(release, settings, Console(stderr=as_json))
    if as_json:
        _emit(as_dict(result, release, settings))
    else:
        print_summary(result, release, settings, Console())
    raise typer.Exit(0 if result.success else 1)


@app.command()
def preview(
    kind: Annotated[str, typer.Argument(help="therapeutic, bias, reasoning, grounded, nightmare or persona.")],
    count: Annotated[int, typer.Option("-n", "--count", help="How many; pairs come whole.", min=1, max=100)] = 5,
    backend: Annotated[str, typer.Option(help="llm or embedded. [env: EMPATHY_BACKEND]")] = "",
    seed: Annotated[int | None, typer.Option(help="Seed of the plan. [env: EMPATHY_SEED]", min=0)] = None,
    as_json: Json = False,
) -> None:
    """Write a few conversations of one kind and show them whole, with plan row, EARS and crisis score."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console import preview as view

    given = {"EMPATHY_BACKEND": backend, "EMPATHY_SEED": "" if seed is None else str(seed)}
    os.environ.update({name: value for name, value in given.items() if value})
    facts = view.preview(kind, count, Settings.from_env(), Console(stderr=True))
    _emit(facts) if as_json else view.print_preview(facts, Console())


@app.command()
def read(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.", exists=True)],
    out: Annotated[Path, typer.Option(help="Folder for records.jsonl and rejects.jsonl.")],
    rights: Annotated[Path | None, typer.Option(help="Rights declarations; default: rights.toml beside the files.", exists=True)] = None,
    kind: Annotated[str, typer.Option(help="auto, book, transcript, papers or conversations.")] = "auto",
    as_json: Json = False,
) -> None:
    """Run the readers on any file or folder: records with provenance, rejects with reason and remedy."""
    from rich.console import Console

    from empathy_assets.console.read import print_read, run_read

    facts = run_read(paths, out, rights, kind, Console(stderr=True))
    if as_json:
        _emit(facts)
    else:
        print_read(facts, Console())


@app.command()
def score(
    source: Annotated[
        Path, typer.Argument(metavar="IN.jsonl", help="Rows {id,text}, {id,context,response} or {id,messages}; - reads stdin.")
    ],
    target: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="One result per row, in order; - writes stdout.")],
    processes: Annotated[int, typer.Option(help="Processes a long file is divided over.", min=1)] = 2,
    as_json: Json = False,
) -> None:
    """Judge texts and dialogues: crisis score with spans, EARS components with evidence. A bad row becomes {id, error}."""
    from rich.console import Console

    from empathy_assets.console.score import run_score

    if source != Path("-") and not source.is_file():
        raise typer.BadParameter(f"no file at {source}; expected JSONL, or - for standard input", param_hint="IN.jsonl")
    summary = run_score(source, target, Console(stderr=True), processes)
    if as_json:
        typer.echo(json.dumps(summary), err=target == Path("-"))


@app.command()
def certify(
    benchmark: Annotated[Path | None, typer.Option(help="Labelled JSONL {text,label,category}; default: bundled.", exists=True)] = None,
    as_json: Json = False,
) -> None:
    """Print the crisis detector's certificate. Exit code 1 if it does not hold."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.certify import certificate_of, print_certificate

    settings = Settings.from_env()
    found = certificate_of(settings, str(benchmark) if benchmark else settings.benchmark)
    if as_json:
        _emit(found.model_dump())
    else:
        print_certificate(found, Console())
    raise typer.Exit(0 if found.passed else 1)


@app.command()
def explain(
    what: Annotated[str, typer.Argument(help="An id (or its beginning), a piece of a text, or a landed file's name.")] = "",
    dropped: Annotated[bool, typer.Option("--dropped", help="Show a sample of dropped records instead.")] = False,
    reason: Annotated[str, typer.Option(help="Gate or part of the reason, with --dropped.")] = "",
    sample: Annotated[int, typer.Option(help="How many, with --dropped.", min=1)] = 5,
    release: ReleaseOption = "next",
    as_json: Json = False,
) -> None:
    """Tell what became of a record, a passage or a file: origin, scores, every gate's verdict, split, or why it is in quarantine."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console import explain as view

    settings = Settings.from_env()
    if dropped:
        verdicts = view.dropped(release, settings, reason=reason, sample=sample)
        _emit(verdicts.to_dicts()) if as_json else view.print_dropped(verdicts, Console())
        return
    if not what:
        raise ValueError("nothing to explain; give an id or a piece of text, or --dropped")
    lives = view.life_of(what, release, settings)
    _emit(lives) if as_json else view.print_life(lives, Console())


@app.command()
def verify(
    package: Annotated[str, typer.Argument(help="Package folder, s3:// URI, or release key.")],
    as_json: Json = False,
) -> None:
    """Recompute every hash, the Merkle root, counts, leakage, mix and the fence of a package. Exit code 1 if anything is off."""
    from rich.console import Console

    from empathy_assets.adapters.packages import locate
    from empathy_assets.adapters.settings import Settings
    from empathy_assets.adapters.storage import fetched
    from empathy_assets.engines.packaging.verify import verify_package

    where = locate(package, Settings.from_env())
    with Console(stderr=True).status(f"verifying {package}"), fetched(where) as folder:
        problems = verify_package(folder)
    if as_json:
        _emit({"package": package, "whole": not problems, "problems": problems})
    else:
        for problem in problems:
            typer.secho(f"problem: {problem}", fg="red")
        typer.echo(f"{package}: " + (f"{len(problems)} problems" if problems else "whole and unchanged"))
    raise typer.Exit(1 if problems else 0)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="Package folder, s3:// URI, or release key.")],
    new: Annotated[str, typer.Argument(help="Package folder, s3:// URI, or release key.")],
    as_json: Json = False,
) -> None:
    """Show what lies between two packages: records added, removed, changed, and drift."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.diff import compare_packages, print_diff

    found = compare_packages(old, new, Settings.from_env())
    if as_json:
        _emit(found)
    else:
        print_diff(found, Console())


@app.command()
def releases(
    archive: Annotated[list[str] | None, typer.Option(metavar="KEY", help="Move a version into releases/archive/, whole.")] = None,
    history: Annotated[bool, typer.Option("--history", help="Also show what a rolling release held before.")] = False,
    as_json: Json = False,
) -> None:
    """List the catalogue of releases: rows, root, certificate, date, where each lies. Exit code 1 if one is gone from storage."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.releases import archive_releases, listed, print_releases

    settings = Settings.from_env()
    archive_releases(archive or [], settings)
    found = listed(settings, history=history)
    _emit(found) if as_json else print_releases(found, Console())
    raise typer.Exit(1 if any(row["state"] == "missing" for row in found) else 0)


@app.command()
def catalogue(
    what: Annotated[str, typer.Argument(help="Record id (or its beginning), passage id, landed file or its SHA-256; empty: all.")] = "",
    release: Annotated[str, typer.Option("--release", "-r", help="Only this release.")] = "",
    stage: Annotated[str, typer.Option(help="Only this stage.")] = "",
    split: Annotated[str, typer.Option(help="train, val or test.")] = "",
    source: Annotated[str, typer.Option(help="Asset that brought the records in.")] = "",
    licence: Annotated[str, typer.Option(help="SPDX identifier.")] = "",
    as_json: Json = False,
) -> None:
    """Find records in all published packages, archived ones too: by record, landed file, passage, licence; each with file and line."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.catalogue import holdings, print_holdings

    found = holdings(what, Settings.from_env(), release=release, stage=stage, split=split, source=source, licence=licence)
    _emit(found) if as_json else print_holdings(found, Console())


@app.command()
def audit(
    since: Annotated[str, typer.Option(help="A span (12h, 7d, 4w) or a date (2026-11-01), UTC.")] = "7d",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines instead of a table.")] = False,
) -> None:
    """Export who changed what, and when: datasets written, releases published, replaced or archived."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.audit import print_audit, run_audit

    found = run_audit(since, Settings.from_env())
    if as_json:
        for mutation in found:
            typer.echo(mutation.model_dump_json())
    else:
        print_audit(found, Console())


@app.command()
def s3(
    validate: Annotated[bool, typer.Option("--validate", help="Try all a build needs: list, put, get, multipart, delete.")] = False,
    abort_stale: Annotated[bool, typer.Option("--abort-stale", help="Give up unfinished uploads older than policy allows.")] = False,
    as_json: Json = False,
) -> None:
    """Show how the object store is reached and its unfinished uploads, or try it out. Exit code 1 if a build could not use it."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console import s3 as view

    settings = Settings.from_env()
    if abort_stale or not validate:
        facts = view.overview(settings, give_up=abort_stale)
        if not validate:
            _emit(facts) if as_json else view.print_overview(facts, Console())
            return
    found = view.run_validation(settings)
    _emit(found.as_dict()) if as_json else view.print_validation(found, Console())
    raise typer.Exit(0 if found.passed else 1)
