"""Diff-Foley's two classifiers: files with exactly their keys come in, every key accounted for, and load."""

import json

import pytest
import torch

from ldm.classifiers.alignment_unet import AlignmentUNet
from ta_v2a.__main__ import main
from ta_v2a.engine.parts import load_component
from ta_v2a.errors import UserError
from ta_v2a.packing.classifier_weights import convert_classifier
from ta_v2a.packing.weights_import import import_weights

SCHEDULE = [
    "betas",
    "alphas_cumprod",
    "alphas_cumprod_prev",
    "sqrt_alphas_cumprod",
    "sqrt_one_minus_alphas_cumprod",
    "log_one_minus_alphas_cumprod",
    "sqrt_recip_alphas_cumprod",
    "sqrt_recipm1_alphas_cumprod",
    "posterior_variance",
    "posterior_log_variance_clipped",
    "posterior_mean_coef1",
    "posterior_mean_coef2",
    "",
]


def norm(channels: int) -> dict[str, tuple[int, ...]]:
    return {"weight": (channels,), "bias": (channels,)}


def layer(*shape: int) -> dict[str, tuple[int, ...]]:
    return {"weight": shape, "bias": shape[:1]}


def under(prefix: str, names: dict[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    return {f"{prefix}.{name}": shape for name, shape in names.items()}


def res_block(prefix: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    shapes = under(f"{prefix}.in_layers.0", norm(inputs))
    shapes |= under(f"{prefix}.in_layers.2", layer(outputs, inputs, 3, 3))
    shapes |= under(f"{prefix}.emb_layers.1", layer(outputs, 512))
    shapes |= under(f"{prefix}.out_layers.0", norm(outputs))
    shapes |= under(f"{prefix}.out_layers.3", layer(outputs, outputs, 3, 3))
    if inputs != outputs:
        shapes |= under(f"{prefix}.skip_connection", layer(outputs, inputs, 1, 1))
    return shapes


def transformer(prefix: str) -> dict[str, tuple[int, ...]]:
    shapes = under(f"{prefix}.norm", norm(256)) | under(f"{prefix}.proj_in", layer(256, 256, 1, 1))
    inside = f"{prefix}.transformer_blocks.0"
    for attention, context in (("attn1", 256), ("attn2", 512)):
        shapes[f"{inside}.{attention}.to_q.weight"] = (256, 256)
        shapes[f"{inside}.{attention}.to_k.weight"] = (256, context)
        shapes[f"{inside}.{attention}.to_v.weight"] = (256, context)
        shapes |= under(f"{inside}.{attention}.to_out.0", layer(256, 256))
    shapes |= under(f"{inside}.ff.net.0.proj", layer(2048, 256))
    shapes |= under(f"{inside}.ff.net.2", layer(256, 1024))
    for number in (1, 2, 3):
        shapes |= under(f"{inside}.norm{number}", norm(256))
    return shapes | under(f"{prefix}.proj_out", layer(256, 256, 1, 1))


def published() -> dict[str, tuple[int, ...]]:
    """Names and shapes of both files, from the facts: width 128, channels x 1, 2, 2, one block a level."""
    shapes = under("model.time_embed.0", layer(512, 128)) | under("model.time_embed.2", layer(512, 512))
    shapes |= under("model.input_blocks.0.0", layer(128, 4, 3, 3))
    shapes |= res_block("model.input_blocks.1.0", 128, 128)
    shapes |= under("model.input_blocks.2.0.op", layer(128, 128, 3, 3))
    shapes |= res_block("model.input_blocks.3.0", 128, 256) | transformer("model.input_blocks.3.1")
    shapes |= under("model.input_blocks.4.0.op", layer(256, 256, 3, 3))
    shapes |= res_block("model.input_blocks.5.0", 256, 256) | transformer("model.input_blocks.5.1")
    shapes |= res_block("model.middle_block.0", 256, 256) | transformer("model.middle_block.1")
    shapes |= res_block("model.middle_block.2", 256, 256)
    shapes |= under("model.out.0", norm(256)) | under("model.out.2", layer(128, 256, 3, 3))
    shapes |= under("model.classifier", layer(1, 128))
    shapes |= under("cond_model.embedder.0", layer(512, 512))
    return shapes | {"cond_model.pos_emb.weight": (40, 512)}


def state(**extra: tuple[int, ...]) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        name: 0.1 * torch.randn(shape, generator=generator)
        for name, shape in {**published(), **extra}.items()
    }


@pytest.mark.parametrize(
    ("kind", "process"), [("diff-foley-guidance", "epsilon"), ("diff-foley-align", None)]
)
def test_a_published_file_becomes_a_component(kind, process, tmp_path, capsys):
    others = dict.fromkeys(SCHEDULE, (1000,)) | {"scale_factor": ()}
    if process is None:  # the file of the metric holds its autoencoder, too
        others |= {"first_stage_model.encoder.conv_in.weight": (128, 3, 3, 3)}
    whole = state(**others)
    torch.save({"state_dict": whole, "global_step": 5}, tmp_path / "classifier.ckpt")
    out = tmp_path / "out"
    assert main(["weights", "import", kind, str(tmp_path / "classifier.ckpt"), "-o", str(out), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert set(report["used"]) == set(published()) and set(report["unused"]) == set(others)
    assert report["missing"] == [] and report["settings"] == {"process": process}
    network = load_component(out, "classifier")
    assert isinstance(network, AlignmentUNet) and network.config.process == process
    assert len(network.state_dict()) == len(published())
    assert sum(value.numel() for value in network.state_dict().values()) == 11_733_889
    for ours, theirs in {
        "conv_in.weight": "model.input_blocks.0.0.weight",
        "down_blocks.0.downsamplers.0.conv.bias": "model.input_blocks.2.0.op.bias",
        "down_blocks.1.resnets.0.conv_shortcut.weight": "model.input_blocks.3.0.skip_connection.weight",
        "down_blocks.2.attentions.0.transformer_blocks.0.attn2.to_k.weight": (
            "model.input_blocks.5.1.transformer_blocks.0.attn2.to_k.weight"
        ),
        "mid_block.resnets.1.time_emb_proj.bias": "model.middle_block.2.emb_layers.1.bias",
        "mid_block.attentions.0.proj_in.weight": "model.middle_block.1.proj_in.weight",
        "head.weight": "model.classifier.weight",
        "positions.weight": "cond_model.pos_emb.weight",
    }.items():
        assert torch.equal(network.state_dict()[ours], whole[theirs]), ours
    with torch.no_grad():
        logits = network(torch.randn(1, 4, 16, 64), torch.tensor([0.5]), torch.randn(1, 32, 512))
    assert logits.shape == (1,) and logits.isfinite().all()


def test_it_computes_what_the_published_blocks_compute():
    """A residual block of the file, written out as the paper's UNet has it, against ours with its weights."""
    from ta_v2a.packing.classifier_weights import filled

    weights = state()
    done, network = convert_classifier("diff-foley-guidance", weights)
    ours = filled(network, done).down_blocks[1].resnets[0]
    x, clock = torch.randn(2, 128, 8, 8), torch.randn(2, 512)
    w = {name.removeprefix("model.input_blocks.3.0."): value for name, value in weights.items()}
    f = torch.nn.functional

    def conv(h, name, padding):
        return f.conv2d(h, w[f"{name}.weight"], w[f"{name}.bias"], padding=padding)

    def normed(h, name):
        return f.silu(f.group_norm(h, 32, w[f"{name}.weight"], w[f"{name}.bias"]))

    h = conv(normed(x, "in_layers.0"), "in_layers.2", 1)
    h = h + f.linear(f.silu(clock), w["emb_layers.1.weight"], w["emb_layers.1.bias"])[..., None, None]
    expected = conv(x, "skip_connection", 0) + conv(normed(h, "out_layers.0"), "out_layers.3", 1)
    torch.testing.assert_close(ours(x, clock), expected, atol=1e-4, rtol=1e-4)


def test_what_is_no_classifiers_file_is_refused(tmp_path):
    whole = state()
    lacking = {name: value for name, value in whole.items() if name != "model.classifier.weight"}
    unknown = {**whole, "model.output_blocks.0.0.in_layers.0.weight": torch.zeros(256)}
    misshapen = {**whole, "cond_model.embedder.0.weight": torch.zeros(512, 1024)}
    for name, (content, said) in {
        "lacking": (lacking, "1 weights missing, the first head.weight"),
        "unknown": (unknown, "1 keys are unknown, the first model.output_blocks"),
        "misshapen": (misshapen, "embedder.0.weight: .512, 1024. instead of"),
    }.items():
        torch.save({"state_dict": content}, tmp_path / f"{name}.ckpt")
        with pytest.raises(UserError, match=said):
            import_weights("diff-foley-guidance", str(tmp_path / f"{name}.ckpt"), str(tmp_path / name))
        assert not (tmp_path / name).exists()
