"""Where ComfyUI keeps temporary files."""

import os


def get_temp_directory() -> str:
    return os.environ["COMFY_TEMP"]
