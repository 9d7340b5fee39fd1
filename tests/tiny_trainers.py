"""Every trainer at a tiny size, and a batch that it learns from."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from tiny_words import tiny_tokenizer
from untrained import TOKENIZER_FILE

ROWS = 6
"""Of the joined batch."""
Batch = dict[str, Any]
Case = tuple[lightning.LightningModule, Callable[[torch.Generator], Batch]]


def _cvalp() -> Any:
    from cvalp.mini.model import CVALP

    return CVALP(
        str(TOKENIZER_FILE), dim=16, video_widths=(8, 8, 8), video_time_blocks=1, text_width=16, text_layers=1
    )


def _captions() -> list[str]:
    """Of several lengths; the equal ones, which are no rivals, lie in different processes."""
    return [
        "a dog barks",
        "rain",
        "someone knocks on an old wooden door",
        "a dog barks",
        "glass breaks loudly",
        "wind",
    ]


def _clips(g: torch.Generator) -> Batch:
    return {
        "frames": torch.randint(0, 256, (ROWS, 8, 24, 24), dtype=torch.uint8, generator=g),
        "mel": torch.rand(ROWS, 128, 16, generator=g),
        "caption": _captions(),
        "kinds": torch.eye(29)[[0, 1, 2, 0, 4, 5]],
        "activity": torch.rand(ROWS, 4, 7, generator=g),
        "seen": torch.eye(29)[[3, 1, 2, 0, 4, 5]],
    }


def cvalp(_: Path) -> Case:
    from cvalp.training.cvalp import CvalpTraining

    return CvalpTraining(_cvalp(), window_tokens=2, warmup_steps=2, max_steps=8), _clips


def cvalp_without_text(_: Path) -> Case:
    from cvalp.training.cvalp import CvalpTraining

    return CvalpTraining(_cvalp(), text_weight=0.0, window_tokens=2, warmup_steps=2, max_steps=8), _clips


def video(folder: Path) -> Case:
    from cvalp.training.cvalp import CvalpTraining

    start = str(folder / f"cvalp of {os.getpid()}")
    _cvalp().save_pretrained(start)
    options = {"window_tokens": 2, "warmup_steps": 2, "max_steps": 8, "video_only": True, "start": start}
    return CvalpTraining(_cvalp(), **options, label_weight=0.5, hold_weight=1.0), _clips


def text(_: Path) -> Case:
    from cvalp.training.text import TextTraining

    def batch(g: torch.Generator) -> Batch:
        audio = torch.nn.functional.normalize(torch.randn(ROWS, 16, generator=g), dim=-1)
        return {"audio": audio, "caption": _captions(), "kinds": torch.eye(29)[[0, 1, 2, 0, 4, 5]]}

    return TextTraining(_cvalp(), warmup_steps=2), batch


def text_with_words_beyond_the_stage(folder: Path) -> Case:
    from cvalp.training.text import TextTraining

    def batch(g: torch.Generator) -> Batch:
        named = torch.nn.functional.one_hot(torch.randint(0, 7, (ROWS,), generator=g), 7).float()
        vectors = torch.randn(ROWS, 9, generator=g)
        return {**text(folder)[1](g), "texts": _captions()[::-1], "named": named, "vectors": vectors}

    return TextTraining(_cvalp(), recorded=7, teacher_width=9, warmup_steps=2), batch


def paper(folder: Path, **options: Any) -> Case:
    from cvalp.paper.model import PaperCVALP
    from cvalp.training.paper import PaperTraining

    def batch(g: torch.Generator) -> Batch:
        frames = torch.randint(0, 256, (ROWS, 4, 32, 32, 3), dtype=torch.uint8, generator=g)
        words = ["a dog", "rain", "a dog rain a dog", "a dog", "a", "rain a"]
        return {"frames": frames, "mel": torch.rand(ROWS, 128, 64, generator=g), "caption": words}

    model = PaperCVALP.tiny(tiny_tokenizer(folder), unfrozen_text_layers=2)
    settings = {
        "window_tokens": 2,
        "window_starts": (0, 1, 2),
        "temporal_pooling": "mean",
        "learning_rate": 1e-3,
    }
    return PaperTraining(
        model, lambda_=0.7, mu=1.3, warmup_steps=2, max_steps=8, **settings, **options
    ), batch


def paper_in_chunks(folder: Path) -> Case:
    return paper(folder, grad_cache_chunk=3, frozen_norms=True)


def vae(_: Path) -> Case:
    from ldm.autoencoders.mel_autoencoder import MelAutoencoder
    from ldm.training.vae import VaeTraining

    return VaeTraining(MelAutoencoder.tiny(), warmup_steps=2, max_steps=8), lambda g: {
        "mel": torch.rand(ROWS, 8, 32, generator=g)
    }


def spectrogram_vae(_: Path) -> Case:
    from ldm.autoencoders.spectrogram_vae import SpectrogramVae
    from ldm.training.spectrogram_vae import SpectrogramVaeTraining

    network = SpectrogramVae.tiny(mel_bins=16, picture_channels=1)
    return SpectrogramVaeTraining(network, warmup_steps=2, max_steps=8), lambda g: {
        "mel": torch.rand(ROWS, 16, 16, generator=g)
    }


def ldm(_: Path) -> Case:
    from ldm.denoisers.audio_transformer import AudioTransformer
    from ldm.training.diffusion import LdmTraining

    def batch(g: torch.Generator) -> Batch:
        features = {
            "video": torch.randn(ROWS, 8, 6, generator=g) + 1,
            "text": torch.randn(ROWS, 5, generator=g),
        }
        return {"latents": torch.randn(ROWS, 4, 8, generator=g), **features}

    return LdmTraining(AudioTransformer.tiny(), warmup_steps=2, max_steps=8, feature_noise=0.1), batch


def ldm_with_controls(_: Path) -> Case:
    """Texts that change inside of a clip, negatives, rows without words or without a picture."""
    from ldm.denoisers.audio_transformer import AudioTransformer
    from ldm.training.diffusion import LdmTraining

    def batch(g: torch.Generator) -> Batch:
        words = {name: torch.randn(ROWS, 8, 5, generator=g) for name in ("text", "negative")}
        there = {f"has_{name}": torch.rand(ROWS, 8, generator=g) < 0.6 for name in words}
        seen = {
            "video": torch.randn(ROWS, 8, 6, generator=g) + 1,
            "has_video": torch.rand(ROWS, generator=g) < 0.6,
        }
        return {"latents": torch.randn(ROWS, 4, 8, generator=g), **seen, **words, **there}

    network = AudioTransformer.tiny(leaves_out=True)
    return LdmTraining(network, warmup_steps=2, max_steps=8, feature_noise=0.1), batch


def _alignment(network: Any) -> Case:
    from ldm.training.alignment import AlignmentTraining

    def batch(g: torch.Generator) -> Batch:
        shape = (4, 16) if type(network).__name__ == "AlignmentColumns" else (4, 4, 16)
        video = torch.randn(ROWS, 8, 6, generator=g) + 1
        return {"latents": torch.randn(ROWS, *shape, generator=g), "video": video}

    return AlignmentTraining(network, warmup_steps=2, max_steps=8, lengths=(8, 12)), batch


def classifier(_: Path) -> Case:
    from ldm.classifiers.alignment_columns import AlignmentColumns

    return _alignment(AlignmentColumns.tiny())


def classifier_of_the_paper(_: Path) -> Case:
    from ldm.classifiers.alignment_unet import AlignmentUNet

    return _alignment(AlignmentUNet.tiny())


def unet(_: Path) -> Case:
    """The paper's denoiser with its activations computed again, texts that change inside of a clip."""
    from ldm.denoisers.audio_unet import AudioUNet
    from ldm.training.diffusion import LdmTraining

    def batch(g: torch.Generator) -> Batch:
        features = {
            "video": torch.randn(ROWS, 8, 6, generator=g),
            "text": torch.randn(ROWS, 8, 5, generator=g),
        }
        return {"latents": torch.randn(ROWS, 4, 4, 16, generator=g), **features}

    return LdmTraining(
        AudioUNet.tiny(), warmup_steps=2, max_steps=None, time_shift=1.0, gradient_checkpointing=True
    ), batch


def _waves(g: torch.Generator) -> Batch:
    return {"wave": 0.2 * torch.randn(ROWS, 6144, generator=g) * torch.linspace(0.1, 1, ROWS)[:, None]}


def vocoder(_: Path) -> Case:
    from vocoders.istft_net import IstftNet
    from vocoders.training.vocoder import VocoderTraining

    network = IstftNet(width=16, hidden=24, blocks=1, prior_iterations=2)
    return VocoderTraining(
        network, total_steps=9, crop_samples=4096, warmup_steps=2, adversarial_weight=1.0, adversary_from=1
    ), _waves


def wavegrad(_: Path) -> Case:
    from vocoders.training.wavegrad import WaveGradTraining
    from vocoders.wavegrad import WaveGrad

    network = WaveGrad(
        up_widths=(16, 16, 8, 8, 8), mel_width=16, wave_widths=(8, 8, 8, 16, 16), betas=(1e-4, 1e-2, 0.4)
    )
    return WaveGradTraining(network, crop_samples=2048, crops_per_sound=2, warmup_steps=2), _waves


def bandwidth(_: Path) -> Case:
    from vocoders.bandwidth_extension import BandwidthExtension
    from vocoders.training.bandwidth import BandwidthTraining

    def batch(g: torch.Generator) -> Batch:
        return {name: 0.2 * torch.randn(ROWS, 4800, generator=g) for name in ("wave", "low")}

    return BandwidthTraining(BandwidthExtension(width=8, hidden=8, blocks=1), 2e-2, 1, 9), batch


def listener(_: Path) -> Case:
    from ta_v2a.evaluation.networks.listener import Listener
    from ta_v2a.evaluation.networks.listener_training import ListenerTraining

    def batch(g: torch.Generator) -> Batch:
        kinds = torch.eye(29)[:ROWS] + torch.eye(29)[1 : ROWS + 1]
        kinds[0, 1] = 0  # the only sound of one kind: the other process has none
        return {"mel": torch.rand(ROWS, 128, 32, generator=g), "kinds": kinds}

    return ListenerTraining(Listener(widths=(8, 8, 8, 16), features=16), warmup_steps=2, max_steps=8), batch


def _joint(g: torch.Generator) -> Batch:
    return {
        "audio": torch.randn(ROWS, 4, 8, generator=g),
        "video": torch.randn(ROWS, 3, 8, 4, 4, generator=g),
        "text": torch.randn(ROWS, 5, generator=g) + 1,
        "sound": torch.randn(ROWS, 8, 6, generator=g),
    }


def two_streams(_: Path) -> Case:
    """Their alignment compares clips that lie in different processes."""
    from ldm.denoisers.two_streams import TwoStreams
    from ldm.training.joint import TwoStreamTraining

    return TwoStreamTraining(TwoStreams.tiny(), warmup_steps=2, max_steps=8, eas_weight=0.5), _joint


def uniform(_: Path) -> Case:
    from ldm.denoisers.uniform_transformer import UniformTransformer
    from ldm.training.uniform import UniformTraining

    tasks = {"v2a": 0.4, "t2v": 0.3, "t2av": 0.3}
    return UniformTraining(UniformTransformer.tiny(), tasks, warmup_steps=2, max_steps=8), _joint


def uniform_at_times_of_their_own(_: Path) -> Case:
    from ldm.denoisers.uniform_transformer import UniformTransformer
    from ldm.training.uniform import UniformTraining

    network = UniformTransformer.tiny(condition_noise="independent_t", mlps="shared")
    return UniformTraining(network, warmup_steps=2, max_steps=8), _joint


def tempo(_: Path) -> Case:
    from ldm.audio_mapper import AudioMapper
    from ldm.denoisers.frame_transformer import FrameTransformer
    from ldm.training.tempo import TempoTraining

    denoiser = FrameTransformer.tiny()
    g = torch.Generator().manual_seed(4)
    for parameter in denoiser.parameters():
        parameter.data.add_(0.1 * torch.randn(parameter.shape, generator=g))
    return TempoTraining(AudioMapper.tiny(), denoiser, warmup_steps=2, max_steps=8), _joint


def video_vae(_: Path) -> Case:
    from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
    from ldm.training.picture_vae import PictureVaeTraining

    def batch(g: torch.Generator) -> Batch:
        return {"pictures": torch.randint(0, 256, (ROWS, 3, 32, 32, 3), dtype=torch.uint8, generator=g)}

    return PictureVaeTraining(PictureAutoencoder.tiny(), warmup_steps=2, max_steps=8), batch


def video_head(_: Path) -> Case:
    """Films of which some move more than others: their errors count by the mean of all."""
    from ldm.denoisers.video_transformer import VideoTransformer
    from ldm.training.video import VideoHeadTraining

    def batch(g: torch.Generator) -> Batch:
        strength = torch.linspace(0.5, 2, ROWS)[:, None, None, None, None]
        return {
            "film": strength * torch.randn(ROWS, 4, 6, 2, 2, generator=g),
            "text": torch.randn(ROWS, 4, 5, generator=g),
            "has_text": torch.rand(ROWS, 4, generator=g) < 0.8,
        }

    return VideoHeadTraining(VideoTransformer.tiny(), warmup_steps=2, max_steps=8), batch


def video_head_of_the_paper(_: Path) -> Case:
    """The motion UNet, with a text that some rows lack."""
    from ldm.denoisers.motion_unet import MotionUNet
    from ldm.training.motion import MotionUNetTraining

    def batch(g: torch.Generator) -> Batch:
        return {
            "film": torch.randn(ROWS, 4, 6, 8, 8, generator=g),
            "text": torch.randn(ROWS, 4, 5, generator=g),
            "has_text": torch.rand(ROWS, 4, generator=g) < 0.8,
        }

    return MotionUNetTraining(MotionUNet.tiny(), warmup_steps=2, max_steps=8), batch


CASES: dict[str, Callable[[Path], Case]] = {
    each.__name__: each
    for each in (
        cvalp,
        cvalp_without_text,
        video,
        text,
        text_with_words_beyond_the_stage,
        paper,
        paper_in_chunks,
        vae,
        spectrogram_vae,
        ldm,
        ldm_with_controls,
        classifier,
        classifier_of_the_paper,
        unet,
        vocoder,
        wavegrad,
        bandwidth,
        listener,
        two_streams,
        uniform,
        uniform_at_times_of_their_own,
        tempo,
        video_vae,
        video_head,
        video_head_of_the_paper,
    )
}
UNUSED = {"vocoder"}
"""Trainers of two optimisers, each of which leaves the other's parameters without gradients."""
