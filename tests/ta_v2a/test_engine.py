"""The engine itself: another clock than mini's, several calls at once, and nothing of it is changed by a call."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from conftest import tiny_pipeline
from tiny_words import tiny_tokenizer

from cvalp.paper.model import PaperCVALP
from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.scheduling import FlowEuler
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.parts import Parts
from ta_v2a.engine.pictures import open_pictures
from ta_v2a.engine.windows import plan_windows
from ta_v2a.errors import UserError
from vocoders.clock import MINI, PAPER
from vocoders.griffin_lim import GriffinLim


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> FoleyEngine:
    """Encoders at the paper's clock (a picture in colour every 0.256 s) over mini's kind of latents, all tiny."""
    torch.manual_seed(0)
    cvalp = PaperCVALP.tiny(tiny_tokenizer(tmp_path_factory.mktemp("words"))).eval()
    autoencoder = MelAutoencoder(latent_channels=4, widths=(16, 16, 16)).eval()
    sizes = {"video_channels": cvalp.video_width, "text_channels": cvalp.text_width}
    denoiser = AudioTransformer.tiny(**sizes, injection="cross_attention").eval()
    for network in (denoiser, autoencoder):
        for parameter in network.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    parts = Parts(cvalp, autoencoder, denoiser, GriffinLim(iterations=1), FlowEuler())
    return FoleyEngine(parts, {"num_inference_steps": 2})


def sound(engine: FoleyEngine, video: object, seed: int = 0, **options: object) -> np.ndarray:
    generator = torch.Generator().manual_seed(seed)
    return np.concatenate(list(engine.stream(video, generator=generator, **options)), axis=-1)


def test_the_clock_is_put_together_of_the_parts(paper: FoleyEngine) -> None:
    clock = paper.clock
    assert (clock.mel_frames_per_picture, clock.picture_px) == (PAPER.mel_frames_per_picture, PAPER.picture_px)
    assert clock.mel_frames_per_column == 4 and clock.columns_per_picture == 4
    assert clock.pictures_of(0, 128) == (0, 32) and clock.pictures_of(4, 10) == (1, 3)
    with pytest.raises(ValueError, match="middle of a picture"):
        clock.pictures_of(2, 8)
    assert MINI.columns_per_picture == 1 and MINI.pictures_of(3, 5) == (6, 10)


def test_a_preset_at_the_paper_s_clock_sounds_colours_and_files_in_windows(paper: FoleyEngine, silent_clip) -> None:
    """40 pictures of 0.256 s are 10.24 s: two windows."""
    pictures = np.random.default_rng(0).integers(0, 255, (40, 32, 40, 3), dtype=np.uint8)
    made = sound(paper, pictures, prompt="rain")
    assert made.shape == (1, round(40 * 0.256 * 16_000)) and np.isfinite(made).all()
    red = pictures.copy()
    red[..., 1:] = 0
    assert np.abs(sound(paper, red, prompt="rain") - made).max() > 1e-4, "colours are seen"
    assert sound(paper, silent_clip).shape[-1] == round(2.56 * 16_000)


def test_windows_begin_where_pictures_do() -> None:
    for columns in (128, 132, 148, 152, 300 * 4, 1000):
        windows = plan_windows(columns, 128, 32, grain=4)
        assert all(window.start % 4 == 0 for window in windows) and windows[-1].stop == columns
        for before, after in pairwise(windows):
            assert before.start < after.start <= before.stop - 32
    with pytest.raises(ValueError, match="no multiples of 4"):
        plan_windows(130, 128, 32, grain=4)


def test_colour_and_luma_of_the_same_pictures(silent_clip) -> None:
    grey = next(open_pictures(silent_clip, MINI).blocks)
    colour = next(open_pictures(silent_clip, MINI, colour=True).blocks)
    assert grey.shape[2:] == (80, 80) and colour.shape[2:] == (80, 80, 3)
    assert np.abs(colour[0, 0].astype(int).mean(-1) - grey[0, 0]).mean() < 3


def test_calls_in_turn_do_not_disturb_each_other(tokenizer_file, pictures) -> None:
    """One loaded engine serves two requests, a block of each by turns; the scheduler is each call's own."""
    from diffusers import DPMSolverMultistepScheduler

    pipeline = tiny_pipeline(tokenizer_file)
    pipeline.scheduler = DPMSolverMultistepScheduler(prediction_type="flow_prediction", use_flow_sigmas=True)
    engine = pipeline.engine
    long = np.concatenate([pictures] * 6)  # 12.3 s: two windows
    alone = [sound(engine, long, seed, prompt=prompt) for seed, prompt in ((1, "a bell"), (2, "rain"))]
    both = [engine.stream(long, prompt, generator=torch.Generator().manual_seed(seed)) for seed, prompt in ((1, "a bell"), (2, "rain"))]
    pieces: list[list[np.ndarray]] = [[], []]
    for blocks in zip(*both, strict=True):
        for place, block in zip(pieces, blocks, strict=True):
            place.append(block)
    for expected, found in zip(alone, pieces, strict=True):
        np.testing.assert_array_equal(np.concatenate(found, axis=-1), expected)


def test_parts_that_do_not_share_a_clock_are_refused(paper: FoleyEngine) -> None:
    parts = paper.parts
    other = Parts(parts.cvalp, parts.autoencoder, parts.denoiser, GriffinLim(hop_samples=160), FlowEuler())
    with pytest.raises(UserError, match="do not share a clock"):
        FoleyEngine(other, {})


def test_the_paper_s_kind_of_model_runs_on_the_same_engine(tmp_path_factory, silent_clip, tmp_path) -> None:
    """UNet over 2-D latents, image VAE, noise prediction, DPM-Solver++; saved as a preset and loaded again, all tiny."""
    from diffusers import DPMSolverMultistepScheduler

    from ldm.autoencoders.spectrogram_vae import SpectrogramVae
    from ldm.denoisers.audio_unet import AudioUNet
    from ta_v2a.pipelines.foley import FoleyPipeline

    torch.manual_seed(0)
    cvalp = PaperCVALP.tiny(tiny_tokenizer(tmp_path_factory.mktemp("words"))).eval()
    sizes = {"video_channels": cvalp.video_width, "text_channels": cvalp.text_width, "latent_rows": 16}
    vae = SpectrogramVae.tiny(block_out_channels=(8, 8, 8, 8)).eval()
    solver = DPMSolverMultistepScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
    pipe = FoleyPipeline(cvalp, vae, AudioUNet.tiny(**sizes).eval(), GriffinLim(iterations=1), solver, num_inference_steps=2)
    assert pipe.clock.columns == 64 and pipe.clock.pictures == 32 and pipe.clock.columns_per_picture == 2
    made = [sound(pipe.engine, silent_clip, prompt="rain")]
    pipe.save_pretrained(tmp_path / "paper")
    made.append(sound(FoleyEngine.from_pretrained(tmp_path / "paper"), silent_clip, prompt="rain"))
    assert made[0].shape == (1, round(2.56 * 16_000)) and np.isfinite(made[0]).all()
    np.testing.assert_allclose(made[0], made[1], atol=1e-3)
    pictures = np.zeros((40, 32, 40, 3), dtype=np.uint8)  # 10.24 s: two windows
    assert sound(pipe.engine, pictures).shape[-1] == round(40 * 0.256 * 16_000)
