"""`ta-v2a weights import`: a published checkpoint once, into safetensors with checksums
and an account of every key."""

import json
from pathlib import Path
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.presets.check import CONFIG_FILE, read_json_object
from ta_v2a.presets.checkpoint import read_checkpoint
from ta_v2a.presets.resolve import write_checksums
from ta_v2a.system.provenance import file_sha256
from ta_v2a.system.user_files import is_file, is_folder, whole_folder
from vocoders.component import WEIGHTS_FILE

_LARGEST_VOCABULARY = 1 << 20


def import_weights(kind: str, source: str, out: str) -> dict[str, Any]:
    """Converts a checkpoint; nothing is written unless every weight has come.

    Args:
        kind: one of `cvalp.paper.published.PUBLISHED_KINDS`, or of
            `ta_v2a.packing.classifier_weights.PUBLISHED_CLASSIFIERS`.
        source: the file as it was published (.pth, .pyth, .ckpt, .safetensors), or the folder of a Flan-T5.
        out: folder to write: `weights.safetensors`, `weights.json` (the report without the lists of keys),
            `SHA256SUMS`, and the tokenizer of a Flan-T5. A classifier is a folder of a preset's component.

    Returns:
        {"kind", "source", "source_sha256", "folder", "sha256", "settings", "used", "unused", "missing"};
        the last three are lists of keys.

    Raises:
        UserError: in one line, what is wrong with the file.
    """
    from cvalp.paper.published import CARD_FILE, PUBLISHED_KINDS, PUBLISHED_WEIGHTS_FILE
    from ta_v2a.packing.classifier_weights import PUBLISHED_CLASSIFIERS, filled, read_classifier

    kinds = (*PUBLISHED_KINDS, *PUBLISHED_CLASSIFIERS)
    if kind not in kinds:
        raise UserError(f"no kind of weights {kind!r}; there are {', '.join(kinds)}")
    folder, given = Path(out), Path(source)
    if is_file(folder) or (is_folder(folder) and any(folder.iterdir())):
        raise UserError(f"{out} exists and is not empty: name a new folder")
    network: Any = None
    if kind in PUBLISHED_CLASSIFIERS:
        done, network = read_classifier(kind, given)
        _checked(done, given, PUBLISHED_CLASSIFIERS[kind][0])
    else:
        done = _flan_t5(given) if kind == "flan-t5" else _tower(kind, given)
    wrong = next(
        (
            name
            for name, value in done.weights.items()
            if value.is_floating_point() and not bool(value.isfinite().all())
        ),
        None,
    )
    if wrong is not None:
        raise UserError(f"{source}: the weight {wrong} holds NaN or infinite values")
    from safetensors.torch import save_file

    main_file = _flan_t5_weights(given) if kind == "flan-t5" else given
    weights_file = PUBLISHED_WEIGHTS_FILE if network is None else WEIGHTS_FILE
    with whole_folder(folder) as part:
        if network is None:
            save_file(done.weights, part / weights_file, {"kind": kind})
        else:
            filled(network, done).save_pretrained(part)
        if kind == "flan-t5":
            from cvalp.paper.flan_t5 import read_tokenizer

            read_tokenizer(given).save_pretrained(part / "tokenizer")
        card = {
            "kind": kind,
            "source": main_file.name,
            "source_sha256": file_sha256(main_file),
            "sha256": file_sha256(part / weights_file),
            "settings": done.settings,
        }
        (part / CARD_FILE).write_text(json.dumps(card, indent=2) + "\n")
        write_checksums(part)
    return {**card, "folder": str(folder), "used": done.used, "unused": done.unused, "missing": done.missing}


def _checked(done: Any, path: Path, what: str) -> Any:
    if done.complete:
        return done
    problem = f"{len(done.missing)} weights missing" + (
        f", the first {done.missing[0]}" if done.missing else ""
    )
    if done.misshapen:
        problem = f"{done.misshapen[0]}" + (f", and {problem}" if done.missing else "")
    raise UserError(f"{path} is not {what}: {problem}; {len(done.used)} of its keys fit")


def _tower(kind: str, path: Path) -> Any:
    from cvalp.paper.published import CONVERSIONS, convert, state_of

    try:
        state = state_of(read_checkpoint(path))
    except ValueError as error:
        raise UserError(f"{path} {error}") from None
    return _checked(convert(kind, state), path, CONVERSIONS[kind].what)


def _flan_t5_weights(folder: Path) -> Path:
    for name in ("model.safetensors", "pytorch_model.bin"):
        if is_file(folder / name):
            return folder / name
    raise UserError(f"{folder} holds neither model.safetensors nor pytorch_model.bin")


def _flan_t5(folder: Path) -> Any:
    """The encoder half of a Flan-T5; its decoder is not used."""
    import torch

    from cvalp.paper.flan_t5 import encoder_config, read_tokenizer
    from cvalp.paper.published import Conversion, state_of

    if not is_file(folder / CONFIG_FILE):
        raise UserError(f"{folder} is no folder of a Flan-T5: it has no config.json")
    config = read_json_object(folder / CONFIG_FILE, _LARGEST_VOCABULARY)
    wanted = {
        "d_model": 1 << 13,
        "d_ff": 1 << 15,
        "d_kv": 1 << 10,
        "num_layers": 64,
        "num_heads": 256,
        "vocab_size": _LARGEST_VOCABULARY,
    }
    sized = all(type(config.get(name)) is int and 0 < config[name] <= most for name, most in wanted.items())
    if config.get("feed_forward_proj") != "gated-gelu" or not sized:
        raise UserError(
            f"{folder} is no Flan-T5: its config.json says otherwise (gated-gelu, {', '.join(wanted)})"
        )
    shape = {name: config[name] for name in wanted}
    from transformers.models.t5.modeling_t5 import T5EncoderModel

    with torch.device("meta"):
        expected = T5EncoderModel(encoder_config(shape)).state_dict()
    expected.pop("shared.weight")
    try:
        read_tokenizer(folder)
    except Exception as error:  # a broken vocabulary may be refused in any way
        raise UserError(f"{folder}: its tokenizer cannot be read: {one_line(error)}") from None
    weights = _flan_t5_weights(folder)
    try:
        state = state_of(read_checkpoint(weights))
    except ValueError as error:
        raise UserError(f"{weights} {error}") from None
    done = Conversion("flan-t5", settings={"text_size": shape})
    for name, value in state.items():
        ours = "encoder.embed_tokens.weight" if name == "shared.weight" else name
        if ours in expected and value.shape == expected[ours].shape:
            done.used.append(name)
            done.weights[f"encoder.{ours}"] = value.detach().clone().contiguous()
        elif ours in expected:
            done.misshapen.append(f"{name}: {tuple(value.shape)} instead of {tuple(expected[ours].shape)}")
        else:
            done.unused.append(name)
    done.missing = sorted(name for name in expected if f"encoder.{name}" not in done.weights)
    return _checked(done, folder, "a Flan-T5")
