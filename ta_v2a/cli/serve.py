"""`ta-v2a serve`: the engine over HTTP, and the page at its address."""

import os
from pathlib import Path
from typing import Annotated

import typer

from ta_v2a.cli import console
from ta_v2a.cli.options import Preset
from ta_v2a.errors import UserError
from ta_v2a.system.extras import need

TOKEN_VARIABLE = "TA_V2A_TOKEN"


def given_token(file: str | None) -> str | None:
    """From a file, else from the environment."""
    if file is None:
        return os.environ.get(TOKEN_VARIABLE) or None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def serve_command(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Keeps clips, jobs and sounds.", show_default=False)
    ],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8040,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes, each with the weights and one job at a time.")
    ] = 1,
    token_file: Annotated[
        str | None,
        typer.Option(help="File with the token that requests show. Default: the variable TA_V2A_TOKEN."),
    ] = None,
    most_mb: Annotated[int, typer.Option(min=1, help="Megabytes of one clip.")] = 2048,
    longest: Annotated[float, typer.Option(min=1, max=7200, help="Seconds of one clip.")] = 600.0,
    most_pixels: Annotated[int, typer.Option(min=1024, max=1 << 26, help="Pixels of one picture.")] = 1 << 25,
    most_waiting: Annotated[int, typer.Option(min=1, help="Jobs in the queue.")] = 1000,
    library: Annotated[
        str | None, typer.Option(help="Folder of recordings (or its index) that jobs may ask for.")
    ] = None,
    page: Annotated[
        str | None, typer.Option(help="Folder of the page shown at /. Default: the one that came along.")
    ] = None,
    preset: Preset = "mini",
) -> None:
    """Serve jobs over HTTP: upload a clip, ask for its sound, follow it, fetch it. Jobs survive restarts."""
    need("serve")
    from ta_v2a.server.app import PAGE_FOLDER
    from ta_v2a.server.serving import run_server
    from ta_v2a.server.settings import MIB, ServerSettings

    shown = Path(page) if page is not None else PAGE_FOLDER
    there = (shown / "index.html").is_file()
    if page is not None and not there:
        raise UserError(f"{page}: holds no index.html")
    if library is not None:
        from ta_v2a.library.library import Library

        Library.open(library, notice=console.notice)  # indexed once, before any worker asks
    settings = ServerSettings(
        folder=Path(folder).absolute(),
        preset=preset if not Path(preset).is_dir() else str(Path(preset).absolute()),
        library=None if library is None else str(Path(library).absolute()),
        workers=workers,
        token=given_token(token_file),
        page=shown if there else None,
        most_bytes=most_mb * MIB,
        longest_s=longest,
        most_pixels=most_pixels,
        most_waiting=most_waiting,
    )
    run_server(settings, host, port, lambda address: console.notice(f"listening on {address}"))
