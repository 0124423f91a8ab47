"""The `empathy` command: thin commands over the same definitions and engines the Dagster UI uses.

Lives here: options, help texts, exit codes. Must not live here: logic; heavy imports happen inside the commands so that `--help` is quick.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer
from dotenv import load_dotenv

app = typer.Typer(
    name="empathy",
    help="Build, explain and verify therapeutic-conversation dataset releases.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ReleaseOption = Annotated[str, typer.Option("--release", "-r", help="Release key of policy/releases.toml.")]


@app.callback()
def main(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:
    """Build, explain and verify therapeutic-conversation dataset releases. Variables of .env are read; see .env.example."""
    load_dotenv(Path.cwd() / ".env")
    if debug:
        os.environ["EMPATHY_DEBUG"] = "1"


def run() -> None:
    """Run the command line; an expected error becomes one line with its remedy and exit code 1."""
    try:
        app(standalone_mode=True)
    except (ValueError, RuntimeError, OSError) as error:
        if os.environ.get("EMPATHY_DEBUG"):
            raise
        typer.secho(f"error: {error}", fg="red", err=True)
        raise SystemExit(1) from None


def _emit(data: Any) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


@app.command()
def build(
    release: ReleaseOption = "next",
    scale: Annotated[float | None, typer.Option(help="Multiply release targets; 0.02 builds 1,200 conversations. [env: EMPATHY_SCALE]")] = None,
    as_json: Json = False,
) -> None:
    """Build a release: every asset, every check, the package. Exit code 1 if a blocking check fails, with its name."""
    from rich.console import Console

    from empathy_assets.adapters.settings import Settings
    from empathy_assets.console.build import run_build
    from empathy_assets.console.summary import as_dict, print_summary
    from empathy_assets.policy.releases import releases

    if release not in releases():
        raise ValueError(f"release {release!r} is unknown; releases.toml has {list(releases())}. Add a table for it there.")
    if scale is not None:
        os.environ["EMPATHY_SCALE"] = str(scale)
    settings = Settings.from_env()
    result = run_build(release, settings, Console(stderr=as_json))
    if as_json:
        _emit(as_dict(result, release, settings))
    else:
        print_summary(result, release, settings, Console())
    raise typer.Exit(0 if result.success else 1)
