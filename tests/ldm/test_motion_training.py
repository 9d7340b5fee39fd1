"""How the video head of paper size starts and learns: published parts come in, the motion alone can learn,
latents of a folder are enough."""

import lightning
import pytest
import torch
from diffusers import AutoencoderKL, MotionAdapter, UNet2DConditionModel
from safetensors.torch import save_file

from ldm.autoencoders.picture_vae import PictureVae
from ldm.denoisers.motion_unet import MOTION, MotionUNet
from ldm.training.motion import MotionUNetTraining


def fitted(module, batch, steps):
    trainer = lightning.Trainer(
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
    )
    trainer.fit(module, torch.utils.data.DataLoader([batch] * steps, batch_size=None))
    return module


def latents(batch=2):
    generator = torch.Generator().manual_seed(0)
    return {
        "film": torch.randn(batch, 4, 6, 8, 8, generator=generator),
        "text": torch.randn(batch, 4, 5, generator=generator),
        "has_text": torch.tensor([[True, True, True, False]]).expand(batch, -1),
    }


@pytest.fixture
def published(tmp_path):
    """A UNet as `ta-v2a weights import` writes it, and diffusers' motion adapter."""
    torch.manual_seed(4)
    unet = UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=16,
        norm_num_groups=4,
    )
    sizes = {"motion_layers_per_block": 1, "motion_num_attention_heads": 2, "motion_norm_num_groups": 4}
    adapter = MotionAdapter(block_out_channels=(8, 16), motion_max_seq_length=6, **sizes)
    (tmp_path / "unet").mkdir()
    state = {f"unet.{name}": value for name, value in unet.state_dict().items()}
    save_file(state, tmp_path / "unet" / "weights.safetensors")
    adapter.save_pretrained(tmp_path / "motion")
    return (
        unet.state_dict(),
        adapter.state_dict(),
        {name: str(tmp_path / name) for name in ("unet", "motion")},
    )


@pytest.mark.filterwarnings("ignore")
def test_published_parts_start_it_and_the_motion_alone_learns(published):
    unet, motion, folders = published
    options = {"warmup_steps": 1, "max_steps": None, "lr": 1e-2, "ema_decay": None}
    module = MotionUNetTraining(MotionUNet.tiny(), **folders, motion_only=True, **options)
    start = {name: value.clone() for name, value in module.network.unet.state_dict().items()}
    assert all(torch.equal(start[name], value) for name, value in {**unet, **motion}.items())
    fitted(module, latents(), 3)
    for name, value in module.network.unet.state_dict().items():
        assert MOTION in name or torch.equal(value, start[name]), name
    now = module.network.unet.state_dict()
    assert any(not torch.equal(now[name], start[name]) for name in now if MOTION in name)
    assert module.network.text_in.weight.requires_grad


def test_parts_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no imported UNet"):
        MotionUNetTraining(MotionUNet.tiny(), unet=str(tmp_path))
    with pytest.raises(ValueError, match="holds no motion adapter"):
        MotionUNetTraining(MotionUNet.tiny(), motion=str(tmp_path))
    with pytest.raises(ValueError, match="wants max_steps"):
        MotionUNetTraining(MotionUNet.tiny(), minutes=1.0, max_steps=None)


@pytest.mark.filterwarnings("ignore")
def test_it_learns_a_batch_by_heart_and_its_average_follows():
    torch.manual_seed(0)
    module = MotionUNetTraining(MotionUNet.tiny(), lr=1e-2, warmup_steps=2, max_steps=60, ema_decay=0.5)
    times = torch.tensor([0.3, 0.7])
    with torch.no_grad():
        before = module.loss(module.used, latents(), -1, times, True)
        fitted(module, latents(), 60)
        after = module.loss(module.used, latents(), -1, times, True)
    assert after < 0.9 * before


@torch.no_grad()
def test_e_l_alone_of_a_folder_of_latents_is_enough():
    module = MotionUNetTraining(MotionUNet.tiny(text_condition="pooled"))
    whole, times = latents(), torch.tensor([0.3, 0.7])
    alone = {"video": whole["film"], "text": whole["text"][:, 0]}
    torch.testing.assert_close(
        module.loss(module.used, alone, -1, times, True), module.loss(module.used, whole, -1, times, True)
    )


@torch.no_grad()
def test_the_picture_vae_is_stable_diffusion_s_picture_by_picture():
    torch.manual_seed(0)
    own = PictureVae.tiny().eval()
    theirs = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
    ).eval()
    own.load_vae(theirs.state_dict())
    film = torch.rand(2, 3, 3, 32, 32)
    coded = own.encode_film(film)
    assert coded.shape == (2, 4, 3, own.cells, own.cells) and own.planes == 3
    wanted = theirs.encode(2 * film[0] - 1).latent_dist.mean * 0.18215
    torch.testing.assert_close(coded[0].transpose(0, 1), wanted)
    made = own.decode_film(coded)
    assert made.shape == film.shape and float(made.min()) >= 0 and float(made.max()) <= 1
    told = ((theirs.decode(wanted / 0.18215).sample + 1) / 2).clamp(0, 1)
    torch.testing.assert_close(made[0], told)
    with pytest.raises(ValueError, match="no autoencoder of this size"):
        own.load_vae({**theirs.state_dict(), "more": torch.zeros(1)})
    with pytest.raises(ValueError, match="multiple of 4 pixels"):
        PictureVae.tiny(picture_px=30)
