"""Shared fixtures: a real pipeline at tiny sizes with random weights, and the folder of real clips."""

import atexit
import os
import shutil
import tempfile

# kept by two processes at once, it would be damaged: ta_v2a.evaluation.metrics.librosa_here
os.environ["NUMBA_CACHE_DIR"] = tempfile.mkdtemp(prefix="numba-")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from pathlib import Path

import numpy as np
import pytest

atexit.register(shutil.rmtree, os.environ["NUMBA_CACHE_DIR"], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _threads() -> None:
    """As many threads as the machine was asked for, whatever number of cores it reports."""
    import torch

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder of real clips and sounds, which lies beside the repository where there is one."""
    folder = Path(os.environ.get("TA_V2A_SHARED", Path(__file__).resolve().parents[2] / "shared"))
    if not folder.is_dir():
        pytest.skip("no folder of real clips here")
    return folder


@pytest.fixture(scope="session")
def tokenizer_file(tmp_path_factory) -> Path:
    """A small vocabulary trained on the grammar's captions."""
    from prompts.vocabulary import grammar_captions, train_vocabulary

    path = tmp_path_factory.mktemp("vocabulary") / "spiece.model"
    train_vocabulary(grammar_captions(300), path, 500)
    return path


def tiny_pipeline(tokenizer_file: Path):
    """Every component is of its real class; the denoiser's last layers are random too, so that
    conditions reach its output."""
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler

    from cvalp.mini.model import CVALP
    from ldm.autoencoders.mel_autoencoder import MelAutoencoder
    from ldm.denoisers.audio_transformer import AudioTransformer
    from ta_v2a.pipelines.foley import FoleyPipeline
    from vocoders.griffin_lim import GriffinLim

    torch.manual_seed(0)
    cvalp = CVALP(
        str(tokenizer_file), dim=16, video_widths=(8, 8, 8), video_time_blocks=1, text_width=16, text_layers=1
    )
    denoiser = AudioTransformer(
        latent_channels=4,
        video_channels=cvalp.video_width,
        text_channels=cvalp.text_width,
        width=16,
        depth=2,
        heads=2,
        modulation_rank=8,
    )
    autoencoder = MelAutoencoder(latent_channels=4, widths=(16, 16, 16))
    for network in (denoiser, autoencoder):
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    vocoder = GriffinLim(iterations=1)
    pipeline = FoleyPipeline(
        cvalp, autoencoder, denoiser, vocoder, FlowMatchEulerDiscreteScheduler(), num_inference_steps=2
    )
    for component in (cvalp, autoencoder, denoiser, vocoder):
        component.eval()
    return pipeline


@pytest.fixture(scope="session")
def pipeline(tokenizer_file):
    """The tiny pipeline; tests leave it as it is."""
    return tiny_pipeline(tokenizer_file)


@pytest.fixture(scope="session")
def pipeline_folder(pipeline, tmp_path_factory) -> Path:
    """The tiny pipeline as `save_pretrained` writes it."""
    folder = tmp_path_factory.mktemp("preset") / "tiny"
    pipeline.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def pictures() -> np.ndarray:
    """(64, 80, 80) uint8, 2 s at the clock's rate: a bright square that jumps twice a second."""
    frames = np.full((64, 80, 80), 40, np.uint8)
    for index, frame in enumerate(frames):
        left = 10 + 15 * (index // 16 % 4)
        frame[30:50, left : left + 20] = 220
    return frames


def write_clip(path: Path, pictures: np.ndarray, fps: int = 25) -> Path:
    """A silent H.264 film of grey pictures (N, H, W)."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast"})
        stream.height, stream.width, stream.pix_fmt = pictures.shape[1], pictures.shape[2], "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="gray")))
        container.mux(stream.encode(None))
    return path


def long_clip(folder: Path, seconds: int = 18) -> Path:
    """A film of noise, 5 pictures a second: work for a while."""
    noise = np.random.default_rng(0).integers(0, 255, (seconds * 5, 48, 64), np.uint8)
    return write_clip(folder / "long.mp4", noise, 5)


@pytest.fixture(scope="session")
def silent_clip(tmp_path_factory, pictures) -> Path:
    """2.56 s of silent film at 25 fps, with a space in its name."""
    return write_clip(tmp_path_factory.mktemp("clips") / "a clip.mp4", pictures)


@pytest.fixture
def refused(tmp_path, capfd, monkeypatch):
    """Runs a command in an empty folder; it must be refused in one line that holds `said`, and
    leave everything as it was."""
    from ta_v2a.__main__ import main

    monkeypatch.chdir(tmp_path)

    def run(said: str, *arguments: object) -> str:
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        capfd.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        assert (code, out) == (2, ""), err
        assert err.startswith("ta-v2a: ") and err.count("\n") == 1 and said in err and len(err) < 600, err
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
        return err

    return run
