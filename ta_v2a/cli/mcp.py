"""`ta-v2a mcp`: a server's jobs as tools for programs that a language model drives."""

from typing import Annotated

import typer

from ta_v2a.cli.serve import given_token
from ta_v2a.system.extras import need


def mcp_command(
    server: Annotated[str, typer.Option(help="Address of ta-v2a serve.")] = "http://127.0.0.1:8040",
    token_file: Annotated[
        str | None, typer.Option(help="File with the server's token. Default: the variable TA_V2A_TOKEN.")
    ] = None,
) -> None:
    """Speak the Model Context Protocol on standard input and output, over a running server."""
    need("mcp")
    from ta_v2a.server.client import FoleyClient
    from ta_v2a.server.mcp_tools import tools_of

    with FoleyClient(server, given_token(token_file)) as client:
        tools_of(client).run()
