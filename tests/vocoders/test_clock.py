import numpy as np
import pytest

from vocoders.clock import MINI, PAPER, ClipSpec

TABLE = [  # spec, samples, mel frames, columns, pictures, fps
    (MINI, 131_072, 512, 128, 256, 31.25),
    (PAPER, 131_072, 512, 64, 32, 3.90625),
    (MINI.lasting(0.064), 1024, 4, 1, 2, 31.25),
    (MINI.lasting(0.001), 1024, 4, 1, 2, 31.25),
    (MINI.lasting(0.065), 2048, 8, 2, 4, 31.25),
    (MINI.lasting(10.0), 160_768, 628, 157, 314, 31.25),
    (MINI.lasting(600.0), 9_600_000, 37_500, 9375, 18_750, 31.25),
]


@pytest.mark.parametrize("spec, samples, frames, columns, pictures, fps", TABLE)
def test_lengths(spec: ClipSpec, samples: int, frames: int, columns: int, pictures: int, fps: float) -> None:
    assert (spec.samples, spec.mel_frames, spec.columns, spec.pictures, spec.fps) == (
        samples,
        frames,
        columns,
        pictures,
        fps,
    )
    assert spec.picture_times_s.shape == (pictures,)


@pytest.mark.parametrize("spec", [MINI, PAPER, MINI.lasting(3.3)])
def test_pictures_and_samples_never_drift(spec: ClipSpec) -> None:
    """The last picture's interval ends with the last sample, and every picture
    is centred in its mel frames."""
    assert spec.picture_times_s[-1] + 0.5 / spec.fps == pytest.approx(
        spec.samples / spec.sample_rate_hz, abs=1e-9
    )
    assert np.allclose(
        np.diff(spec.picture_times_s), spec.mel_frames_per_picture * spec.hop_samples / spec.sample_rate_hz
    )


@pytest.mark.parametrize("duration_s", [0.0, -1.0, float("nan")])
def test_no_duration_no_clip(duration_s: float) -> None:
    with pytest.raises(ValueError):
        MINI.lasting(duration_s)
