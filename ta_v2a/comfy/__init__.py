"""The node for ComfyUI: this folder, linked or copied into ComfyUI's `custom_nodes` (docs/comfyui.md)."""

from ta_v2a.comfy.node import FoleyNode

NODE_CLASS_MAPPINGS = {"TaV2aFoley": FoleyNode}
NODE_DISPLAY_NAME_MAPPINGS = {"TaV2aFoley": "Foley: sound for a clip (ta-v2a)"}
