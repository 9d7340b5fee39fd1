"""Every trainer at a tiny size, in one process or as one of several: what `test_joined_batch` compares.

    python trainers_in_processes.py RANK WORLD FOLDER

trains each of `CASES` for three steps on this process's share of the batches, under DistributedDataParallel
over gloo, and writes what has become of it to FOLDER.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.strategies import DDPStrategy
from tiny_words import tiny_tokenizer
from torch.utils.data import DataLoader
from untrained import TOKENIZER_FILE

STEPS, ROWS = 3, 6
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


def video(_: Path) -> Case:
    from cvalp.training.cvalp import CvalpTraining

    return CvalpTraining(
        _cvalp(), window_tokens=2, warmup_steps=2, max_steps=8, video_only=True, label_weight=0.5
    ), _clips


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


LOGGED = ("validation/loss", "validation/both", "validation/total", "validation/top1", "loss/validation")
"""What is a mean over the rows of the batch, and so the same whoever takes it."""


class _Comparable(lightning.Callback):
    """Adam divides by a gradient's size, also where that is rounding alone (a bias before a normalisation);
    with this epsilon it does not.

    Dropout of trainers that do not seed it goes on from torch's own generator.
    """

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        torch.manual_seed(11)
        for optimizer in trainer.optimizers:
            for group in optimizer.param_groups:
                group["eps"] = 1e-3


def trained(name: str, folder: Path, rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """The whole state of a trainer after three steps and a validation, and what it logged of that."""
    (folder / name).mkdir()
    lightning.seed_everything(7, verbose=False)
    module, batch = CASES[name](folder / name)
    g = torch.Generator().manual_seed(1)
    size = ROWS // world
    shares = [
        {key: value[rank * size : (rank + 1) * size] for key, value in batch(g).items()} for _ in range(STEPS)
    ]
    trainer = lightning.Trainer(
        max_epochs=1,
        accelerator="cpu",
        devices=world,
        strategy="auto" if world == 1 else DDPStrategy(find_unused_parameters=name in UNUSED),
        use_distributed_sampler=False,
        limit_val_batches=1,
        num_sanity_val_steps=0,
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        callbacks=[_Comparable()],
        default_root_dir=folder,
    )
    loader = DataLoader(shares, batch_size=None, collate_fn=_as_it_is)  # type: ignore[arg-type]
    trainer.fit(module, loader, loader)
    logged = {
        f"logged {key}": value for key, value in trainer.callback_metrics.items() if key.startswith(LOGGED)
    }
    return {key: value.clone() for key, value in {**module.state_dict(), **logged}.items()}


def _as_it_is(batch: Batch) -> Batch:
    return batch


def crops(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Three batches of random crops; where one begins is its first number."""
    from ta_v2a.data.feature_rows import RandomCrop

    size, crop = ROWS // world, RandomCrop((8, 16), seed=3)
    row = {"latents": torch.arange(64.0)[None], "video": torch.arange(64.0)[:, None]}
    rows = {name: value.expand(size, *value.shape) for name, value in row.items()}
    return {str(number): crop(rows)["latents"][:, 0] for number in range(STEPS)}


def rows_from_memory(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Three batches of what lies in memory."""
    from ta_v2a.data.tensor_batches import TensorBatches

    batches = TensorBatches({"x": torch.arange(2.0 * ROWS)}, ROWS // world, 5, STEPS)
    return {str(number): batch["x"] for number, batch in enumerate(batches)}


def unequal_rows(rank: int = 0, world: int = 1) -> dict[str, torch.Tensor]:
    """Two tables of five rows, of which the last process makes all: the others hold no table."""
    from vocoders.training.joined_batch import everyones_rows

    made = {"numbers": torch.arange(5.0), "told": torch.arange(5) > 2} if rank == world - 1 else {}
    return everyones_rows(made, torch.device("cpu"))


def main() -> None:
    rank, world, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    torch.set_num_threads(1)
    os.environ["LOCAL_RANK"] = str(rank)  # Lightning then starts no processes of its own
    torch.distributed.init_process_group("gloo", f"file://{folder / 'meeting'}", rank=rank, world_size=world)
    mine = folder / f"of{rank}"
    mine.mkdir()
    for name in CASES:
        torch.save(trained(name, mine, rank, world), folder / f"{name}-{rank}.pt")
    torch.save(crops(rank, world), folder / f"crops-{rank}.pt")
    torch.save(rows_from_memory(rank, world), folder / f"rows_from_memory-{rank}.pt")
    torch.save(unequal_rows(rank, world), folder / f"unequal_rows-{rank}.pt")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
