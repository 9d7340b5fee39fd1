"""All that the node asks of the ComfyUI that it runs in, imported when it is asked for."""

from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

from ta_v2a.errors import UserError


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise UserError(f"the node runs inside of ComfyUI, which has a module {error.name}") from None


def host_video(film: Path) -> Any:
    """ComfyUI's VIDEO of a file, which is read when it is needed.

    Raises:
        UserError: this is not ComfyUI.
    """
    return _module("comfy_api.latest").InputImpl.VideoFromFile(str(film))


def host_bar(total: int) -> Any:
    """ComfyUI's bar, told by `update_absolute(done, total)`; at a step it raises what stops a workflow.

    Raises:
        UserError: this is not ComfyUI.
    """
    return _module("comfy.utils").ProgressBar(total)


def host_folder() -> Path:
    """A new folder among ComfyUI's temporary files, which it clears when it starts and ends.

    Raises:
        UserError: this is not ComfyUI.
    """
    folder = Path(_module("folder_paths").get_temp_directory()) / f"ta-v2a-{uuid4().hex}"
    folder.mkdir(parents=True)
    return folder
