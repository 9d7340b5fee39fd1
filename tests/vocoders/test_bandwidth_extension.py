import pytest
import torch

from vocoders.bandwidth_extension import (
    CROSSOVER_HZ,
    FFT_SAMPLES,
    HIGH_BANDS,
    HIGH_BINS,
    HOP_SAMPLES,
    LOW_BANDS,
    LOW_BINS,
    SAMPLE_RATE_HZ,
    SHIFT_BINS,
    BandwidthExtension,
    levels,
)

INSIDE = slice(4, -8)  # frames that lie within the sound


@pytest.fixture(scope="module")
def extension() -> BandwidthExtension:
    """As after training: every level depends on the sound."""
    torch.manual_seed(0)
    network = BandwidthExtension(width=16, hidden=24, blocks=2).eval()
    torch.nn.init.normal_(network.head.weight, std=0.02)
    torch.nn.init.constant_(network.head.bias, -0.1)
    return network


def below(wave: torch.Tensor, hz: float) -> torch.Tensor:
    spectrum = torch.fft.rfft(wave)
    spectrum[..., round(hz * wave.shape[-1] / SAMPLE_RATE_HZ) :] = 0
    return torch.fft.irfft(spectrum, n=wave.shape[-1])


def narrow_noise(samples: int, batch: int = 1) -> torch.Tensor:
    return 0.3 * below(torch.randn(batch, samples, generator=torch.Generator().manual_seed(1)), 7500.0)


def decibels(part: torch.Tensor, whole: torch.Tensor) -> float:
    return 10 * torch.log10(part.square().sum() / whole.square().sum()).item()


def test_bands_tile_the_spectrum_and_moved_bins_keep_whole_turns() -> None:
    assert len(LOW_BINS) % LOW_BANDS == 0 and len(HIGH_BINS) % HIGH_BANDS == 0 and LOW_BINS.stop == HIGH_BINS.start
    assert CROSSOVER_HZ == 7625.0 and HIGH_BINS.stop * SAMPLE_RATE_HZ / FFT_SAMPLES == 20_000
    source = BandwidthExtension(width=8, hidden=8, blocks=1).source
    shifts = torch.arange(HIGH_BINS.start, HIGH_BINS.stop) - source
    assert set(shifts.tolist()) == {SHIFT_BINS, 2 * SHIFT_BINS, 3 * SHIFT_BINS}
    assert all(shift * HOP_SAMPLES % FFT_SAMPLES == 0 for shift in shifts.tolist())
    assert source.min() >= LOW_BINS.stop - SHIFT_BINS and source.max() < LOW_BINS.stop


def test_levels_count_decibels_and_end_at_the_floor(extension) -> None:
    wave = narrow_noise(9600)
    loud, quiet = (levels(extension.spectrum(gain * wave), LOW_BINS, LOW_BANDS) for gain in (1.0, 0.1))
    assert torch.allclose((loud - quiet)[..., INSIDE], torch.tensor(0.2), atol=1e-4)
    assert not levels(extension.spectrum(0 * wave), LOW_BINS, LOW_BANDS).any()


def test_an_untrained_network_continues_the_level_of_the_highest_bands() -> None:
    network = BandwidthExtension(width=8, hidden=8, blocks=1)
    low = network.spectrum(narrow_noise(9600))
    reference = levels(low, LOW_BINS, LOW_BANDS)[:, -8:].mean(1, keepdim=True)
    assert torch.allclose(network.high_levels(low), reference.expand(-1, HIGH_BANDS, -1), atol=1e-6)
    made = levels(network.high_spectrum(low), HIGH_BINS, HIGH_BANDS)
    assert torch.allclose(made[..., INSIDE], reference.expand_as(made)[..., INSIDE], atol=1e-3)


def test_below_the_crossover_nothing_changes_and_above_it_there_is_sound_up_to_20_khz(extension) -> None:
    wave = narrow_noise(48_000)
    added = extension(wave) - wave
    assert decibels(added, wave) > -40
    assert decibels(below(added, 7300.0), wave) < -50
    assert decibels(below(added, 7300.0), added) < -40
    for low_hz in range(8000, 20_000, 1000):
        assert decibels(below(added, low_hz + 1000.0) - below(added, float(low_hz)), added) > -30, low_hz
    assert decibels(added - below(added, 20_200.0), added) < -40


def test_a_click_stays_a_click_at_its_place(extension) -> None:
    """The added sound of a click of 7.5 kHz bandwidth lies within a millisecond of it, nearly all."""
    for at in (20_000, 20_077, 20_151):
        click = torch.zeros(1, 40_000)
        click[0, at] = 0.8
        narrow = below(click, 7500.0)
        added = (extension(narrow) - narrow).square()[0]
        assert added.argmax().item() == pytest.approx(at, abs=12)
        assert added[at - 48 : at + 49].sum() / added.sum() > 0.5
        assert added[at - FFT_SAMPLES : at + FFT_SAMPLES + 1].sum() / added.sum() > 0.99


@pytest.mark.parametrize("samples", [1, 191, 192, 193, 5000])
def test_any_length_and_every_sound_by_itself(extension, samples: int) -> None:
    waves = narrow_noise(samples, 3) if samples > 100 else 0.1 * torch.ones(3, samples)
    made = extension(waves)
    assert made.shape == waves.shape and made.isfinite().all() and made.abs().max() <= 1
    assert torch.allclose(extension(waves[1:2]), made[1:2], atol=1e-6)


@pytest.mark.parametrize("lengths", [[48_000], [1] * 40 + [20_000, 3, 27_957], [7000] * 6 + [6000]])
def test_the_stream_equals_the_whole(extension, lengths: list[int]) -> None:
    wave = narrow_noise(48_000, 2) * torch.linspace(0, 2, 48_000)
    pieces = list(extension.stream(wave.split(lengths, dim=-1), chunk_samples=5000))
    assert max(piece.shape[-1] for piece in pieces) < 12_000
    assert torch.allclose(torch.cat(pieces, dim=-1), extension(wave), atol=1e-5)


def test_the_context_is_what_matters(extension) -> None:
    """A change so far away is not heard at all; one within reach is."""
    wave, at = narrow_noise(30_000), 15_000
    other = wave.clone()
    other[:, at:] = 0
    edge = at - extension.context_samples
    first, second = extension(wave), extension(other)
    assert torch.allclose(first[:, :edge], second[:, :edge], atol=1e-7)
    assert (first - second)[:, edge : at - 1].abs().max() > 1e-4


def test_silence_stays_silence_and_quiet_sound_stays_quiet(extension) -> None:
    assert not extension(torch.zeros(1, 9600)).any()
    quiet = 1e-6 * narrow_noise(9600)
    assert (extension(quiet) - quiet).abs().max() < 1e-5
    assert list(extension.stream([])) == []


def test_clipped_sound_gains_no_more_than_it_has(extension) -> None:
    clipped = (20 * narrow_noise(9600)).clamp(-1, 1)
    made = extension(clipped)
    assert made.isfinite().all() and (made - clipped).square().mean() < clipped.square().mean()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_no_sound_is_refused(extension, bad: float) -> None:
    wave = narrow_noise(400)
    wave[0, 77] = bad
    for refused in (lambda: extension(wave), lambda: list(extension.stream([wave]))):
        with pytest.raises(ValueError, match="NaN"):
            refused()


def test_saved_and_loaded_it_is_the_same_also_from_half_precision(extension, tmp_path) -> None:
    wave = narrow_noise(9600)
    extension.save_pretrained(tmp_path / "full")
    assert torch.equal(BandwidthExtension.from_pretrained(tmp_path / "full")(wave), extension(wave))
    BandwidthExtension.from_pretrained(tmp_path / "full").half().save_pretrained(tmp_path / "half")
    again = BandwidthExtension.from_pretrained(tmp_path / "half", torch_dtype=torch.float32)
    assert decibels(again(wave) - extension(wave), wave) < -50


def test_training_learns_levels_and_resumes_as_if_uninterrupted(tmp_path) -> None:
    """High bands 20 dB under the low ones: learnt from noise within a few batches."""
    import lightning
    from torch.utils.data import DataLoader

    from vocoders.training.bandwidth import BandwidthTraining

    generator = torch.Generator().manual_seed(0)
    full = 0.3 * torch.randn(8, 4800, generator=generator)
    low = below(full, 7600.0)
    waves = low + 0.1 * (full - low)
    items = [{"wave": wave, "low": heard} for wave, heard in zip(waves, low, strict=True)]

    def module(total_steps: int) -> BandwidthTraining:
        torch.manual_seed(0)
        network = BandwidthExtension(width=8, hidden=8, blocks=1)
        return BandwidthTraining(network, 2e-2, 1, total_steps, export_folder=str(tmp_path / "export"))

    def fit(net: BandwidthTraining, max_epochs: int, **options) -> lightning.Trainer:
        run = lightning.Trainer(
            max_epochs=max_epochs, accelerator="cpu", devices=1, logger=False, default_root_dir=tmp_path, enable_progress_bar=False,
            enable_model_summary=False, enable_checkpointing=False,
        )  # fmt: skip
        run.fit(net, DataLoader(items, batch_size=4), DataLoader(items, batch_size=4), **options)
        return run

    whole = module(20)
    before = whole.level_error(waves, low).item()
    fit(whole, 20)
    assert whole.batch_number == 19
    assert before > 0.15 and whole.level_error(waves, low).item() < 0.5 * before
    half = module(20)
    fit(half, 3).save_checkpoint(tmp_path / "half.ckpt")
    resumed = module(20)
    fit(resumed, 20, ckpt_path=tmp_path / "half.ckpt")
    exported = BandwidthExtension.from_pretrained(tmp_path / "export")
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(weights, resumed.network.state_dict()[name]) and torch.equal(weights, exported.state_dict()[name]), name
