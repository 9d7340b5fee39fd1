"""The command line: its commands, each in a file of this folder, and how a line is run.

Every heavy import is inside the command that needs it, so that `--help` answers at once.
"""

import sys
from typing import Annotated

import typer

from ta_v2a.cli.animate import animate
from ta_v2a.cli.batch import batch
from ta_v2a.cli.caption import caption_command
from ta_v2a.cli.data import data_app
from ta_v2a.cli.doctor import doctor
from ta_v2a.cli.evaluate import evaluate_app
from ta_v2a.cli.foley import foley
from ta_v2a.cli.generate import generate
from ta_v2a.cli.library import library_app
from ta_v2a.cli.mcp import mcp_command
from ta_v2a.cli.serve import serve_command
from ta_v2a.cli.spot import spot
from ta_v2a.cli.stage import stage
from ta_v2a.cli.takes import takes_command
from ta_v2a.cli.train import pack_command, train
from ta_v2a.cli.weights import weights_app
from ta_v2a.errors import UserError

app = typer.Typer(
    name="ta-v2a",
    help="Sound for silent clips: the text says what is heard, the picture says when.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("foley")(foley)
app.command("animate")(animate)
app.command("generate")(generate)
app.command("batch")(batch)
app.command("serve")(serve_command)
app.command("mcp")(mcp_command)
app.command("takes")(takes_command)
app.command("stage")(stage)
app.command("train", context_settings={"ignore_unknown_options": True})(train)
app.command("pack")(pack_command)
app.command("spot")(spot)
app.command("caption")(caption_command)
app.command("doctor")(doctor)
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(data_app, name="data")
app.add_typer(library_app, name="library")
app.add_typer(weights_app, name="weights")


def run_app(arguments: list[str] | None = None) -> int:
    """Runs a command line (by default the program's own); returns the exit code.

    Raises:
        UserError: for a wrong option or argument, in one line, as for every other mistake of the user.
    """
    command = typer.main.get_command(app)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        # What `app()` does, less its own answers to Ctrl-C, a closed pipe and mistakes. A result that is kept
        # names the words as they were typed.
        with command.make_context("ta-v2a", list(words), obj=words) as context:
            command.invoke(context)
    except typer.Exit as done:
        return done.exit_code
    except typer.Abort as error:
        raise KeyboardInterrupt from error
    except typer.TyperException as error:
        message = error.format_message()
        if message.startswith("Usage:"):  # a command without arguments: its help
            print(message, file=sys.stderr)
            return error.exit_code
        raise UserError(f"{' '.join(message.split())} (see ta-v2a --help)") from error
    return 0


def _version(asked: bool | None) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("ta-v2a")
        except PackageNotFoundError:  # run from a checkout that was never installed
            number = "(not installed)"
        typer.echo(f"ta-v2a {number}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = None,
) -> None:
    pass
