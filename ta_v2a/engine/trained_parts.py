"""A network of a preset with trained weights, wherever they lie: a component's folder, or a checkpoint of its
training, which says itself what the network is."""

from pathlib import Path
from typing import Any

from ta_v2a.engine.parts import ALL_ROLES, component_class, load_component
from ta_v2a.errors import UserError, one_line
from ta_v2a.presets.checkpoint import read_checkpoint
from ta_v2a.presets.trained import trained
from ta_v2a.system.user_files import is_folder

# attributes of the trainers that may hold a role's network; what is averaged is used where it is there
_ATTRIBUTES = ("network", "model", "vocoder")


def trained_part(source: str | Path, role: str) -> Any:
    """The network of a role in evaluation mode, float32.

    Args:
        source: a component's folder, or a Lightning checkpoint.
        role: key of `ta_v2a.engine.parts.ALL_ROLES`.

    Raises:
        UserError: in one line, if there is none.
    """
    if is_folder(source):
        return load_component(Path(source), role)
    content = read_checkpoint(Path(source))
    named = content.get("components") if isinstance(content, dict) else None
    for attribute in _ATTRIBUTES:
        config: Any = named.get(attribute) if isinstance(named, dict) else None
        name = config.get("_class_name") if isinstance(config, dict) else None
        if name in ALL_ROLES[role]:
            break
    else:
        raise UserError(f"{source} is no checkpoint of a training of {' or '.join(ALL_ROLES[role])}")
    try:
        network = component_class(str(name)).from_config(config)
    except (ValueError, TypeError, OSError) as error:
        raise UserError(f"{source}: {one_line(error)}") from None
    averaged = f"ema.{attribute}."
    state = content.get("state_dict")
    prefix = averaged if any(str(key).startswith(averaged) for key in state or ()) else f"{attribute}."
    return trained(network, source, prefix)
