"""What the diffusion model at paper size trains on: joined clips, frozen encoders, both kinds of mel."""

import lightning
import pytest
import torch
from safetensors.torch import save_file
from tiny_words import tiny_tokenizer

from cvalp.paper.model import PaperCVALP
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.denoisers.audio_unet import AudioUNet
from ldm.training.diffusion import LdmTraining, start_from_unet
from ta_v2a.data.paper_clips import PaperStage
from ta_v2a.data.paper_latents import PaperLatents, spliced
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError
from vocoders.clock import AUDIOLDM, PAPER

CLIPS = {"batch_size": 2, "clips_per_epoch": 4, "validation_clips": 2, "workers": 0, "picture_px": 32}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    torch.manual_seed(0)
    tiny = PaperCVALP.tiny(tiny_tokenizer(folder / "words"))
    tiny.save_pretrained(folder / "cvalp")
    SpectrogramVae.tiny(block_out_channels=(8, 8, 8, 8)).save_pretrained(folder / "vae")
    sizes = {"mel_bins": 64, "picture_channels": 1, "latent_channels": 8, "mel_scale": "natural_log"}
    SpectrogramVae.tiny(**sizes, time_first=True).save_pretrained(folder / "audioldm")
    return folder


def test_clips_are_spliced_at_the_border_of_a_token() -> None:
    first, second = torch.zeros(3, 2, 16), torch.ones(3, 2, 16)
    made = spliced(first, second, torch.tensor([4, 1, 2]), of=4, axis=2)
    assert made.sum((1, 2)).tolist() == [0, 2 * 12, 2 * 8] and made[1, 0, :4].eq(0).all()
    rows = spliced(torch.zeros(1, 8, 5), torch.ones(1, 8, 5), torch.tensor([3]), of=8, axis=1)
    assert rows[0, :, 0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_the_paper_s_clock_and_audioldm_s() -> None:
    assert (PAPER.mel_frames, PAPER.columns, PAPER.pictures) == (512, 64, 32)
    assert (AUDIOLDM.mel_frames, AUDIOLDM.columns, AUDIOLDM.pictures) == (768, 192, 32)
    assert AUDIOLDM.columns_per_picture == 6 and AUDIOLDM.pictures_of(24, 48) == (4, 8)


def test_joined_clips_are_the_next_clip_s_end_with_its_text(parts) -> None:
    clips = PaperStage(**CLIPS)
    data = PaperLatents(clips, str(parts / "vae"), str(parts / "cvalp"), joined_share=1.0)
    g = torch.Generator().manual_seed(5)
    mel, video, text = torch.rand(3, 128, 512), torch.rand(3, 32, 16), torch.rand(3, 16)
    made = data._joined(mel, video, text, g)
    for row in range(3):
        following = (row + 1) % 3
        changed = (made[1][row] != video[row]).any(-1)
        cut = int(changed.float().argmax())
        assert 8 <= cut <= 24 and changed[cut:].all() and not changed[:cut].any()  # 2 s = 8 tokens
        assert torch.equal(made[1][row, cut:], video[following, cut:])
        assert torch.equal(made[0][row, :, : 16 * cut], mel[row, :, : 16 * cut])
        assert torch.equal(made[0][row, :, 16 * cut :], mel[following, :, 16 * cut :])
        assert torch.equal(made[2][row, cut - 1], text[row]) and torch.equal(
            made[2][row, cut], text[following]
        )
    data.joined_share = 0.5
    share = sum(
        int((data._joined(mel, video, text, torch.Generator().manual_seed(n))[1] != video).any((1, 2)).sum())
        for n in range(100)
    )
    assert 120 < share < 180


@pytest.mark.parametrize(
    ("vae", "timing", "shape"), [("vae", "paper", (4, 16, 8)), ("audioldm", "audioldm", (8, 16, 24))]
)
def test_batches_of_either_autoencoder(parts, vae, timing, shape) -> None:
    """Latents (channels, rows, columns), features, a text for the clip."""
    duration_s = 1.024 if timing == "paper" else 0.96
    data = PaperLatents(
        PaperStage(**CLIPS, duration_s=duration_s, timing=timing), str(parts / vae), str(parts / "cvalp")
    )
    batch = data.on_after_batch_transfer(next(iter(data.clips.train_dataloader())), 0)
    assert batch["latents"].shape == (2, *shape) and batch["latents"].isfinite().all()
    assert batch["video"].shape == (2, 4, 16) and batch["text"].shape == (2, 16)


def test_a_resumed_training_draws_the_same_joins(parts, tmp_path) -> None:
    seen: list[list[torch.Tensor]] = []

    class Watched(LdmTraining):
        def training_step(self, batch, batch_idx):
            seen[-1].append(batch["latents"])
            return super().training_step(batch, batch_idx)

    def run(epochs: int, checkpoint=None):
        torch.manual_seed(0)
        sizes = {"latent_rows": 16, "video_channels": 16, "text_channels": 16}
        module = Watched(AudioUNet.tiny(**sizes), warmup_steps=1, max_steps=None)
        data = PaperLatents(PaperStage(**CLIPS, duration_s=1.024), str(parts / "vae"), str(parts / "cvalp"))
        trainer = lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            limit_val_batches=0,
            reload_dataloaders_every_n_epochs=1,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        seen.append([])
        trainer.fit(module, data, ckpt_path=checkpoint, weights_only=False)
        return trainer, module

    _, whole = run(2)
    run(1)[0].save_checkpoint(tmp_path / "half.ckpt")
    torch.manual_seed(5)
    _, resumed = run(2, tmp_path / "half.ckpt")
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b), name
    assert all(torch.equal(a, b) for a, b in zip(seen[0], seen[1] + seen[2], strict=True))
    again = trained_part(tmp_path / "half.ckpt", "denoiser")
    assert isinstance(again, AudioUNet) and again.config.video_channels == 16


def test_a_published_unet_starts_the_training(tmp_path) -> None:
    torch.manual_seed(0)
    giver, taker = AudioUNet.tiny(), AudioUNet.tiny()
    state = {n: v for n, v in giver.state_dict().items() if n.startswith("unet.")}
    save_file(state, tmp_path / "weights.safetensors")
    mixer = {n: v.clone() for n, v in taker.mixer.state_dict().items()}
    LdmTraining(taker, unet=str(tmp_path))
    assert all(torch.equal(taker.state_dict()[n], v) for n, v in state.items())
    assert all(torch.equal(taker.mixer.state_dict()[n], v) for n, v in mixer.items())
    with pytest.raises(ValueError, match="no imported UNet"):
        start_from_unet(taker, tmp_path / "none")
    with pytest.raises(ValueError, match="no UNet of this size"):
        start_from_unet(AudioUNet.tiny(layers_per_block=2), tmp_path)
    with pytest.raises(ValueError, match="size mismatch"):
        start_from_unet(AudioUNet.tiny(block_out_channels=(8, 24)), tmp_path)


def test_what_is_missing_is_said(parts) -> None:
    with pytest.raises(UserError, match="no such file"):
        PaperLatents(PaperStage(**CLIPS), "no/vae.ckpt", None)
    data = PaperLatents(PaperStage(**CLIPS, duration_s=1.024), str(parts / "vae"), None)
    with pytest.raises(UserError, match="hold no features"):
        data.on_after_batch_transfer(next(iter(data.clips.train_dataloader())), 0)
