"""Sound at 48 kHz beside what is left of it by way of 16 kHz: examples for the bandwidth extension."""

from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

from ta_v2a.data.stage_clips import split_seeds
from ta_v2a.media.sound import resampled
from ta_v2a.stage.scene.scene import plan
from ta_v2a.stage.sound.bank import SoundBank
from ta_v2a.stage.sound.render import render_sound
from ta_v2a.system.processes import follow_parent
from vocoders.bandwidth_extension import LOW_RATE_HZ, SAMPLE_RATE_HZ

_LEAST_RATE_HZ = 44_100
_LOUD_HZ, _HIGH_HZ = (4_000, 8_000), (12_000, 16_000)
_LEAST_HIGH_DB = (
    -50.0
)  # power density of the high band against the loud one; sound once cut at 11 or 12 kHz lies far below
_DRAWS = 20


def is_full_band(wave: np.ndarray, rate_hz: int) -> bool:
    """Whether a recording (samples,) goes on above 12 kHz: sampled at 44.1 kHz or more, and
    not filled up from a lower rate.

    The mean power density of 12-16 kHz is at most 50 dB below that of 4-8 kHz, and there is sound at all.
    """
    if rate_hz < _LEAST_RATE_HZ or len(wave) < 1024:
        return False
    power = np.square(
        np.abs(np.fft.rfft(np.hanning(len(wave)) * wave))
    )  # without a window the ends' jump would fill the high band
    hz = np.fft.rfftfreq(len(wave), 1 / rate_hz)
    loud, high = (power[(hz >= low) & (hz < top)].mean() for low, top in (_LOUD_HZ, _HIGH_HZ))
    return bool(np.abs(wave).max() > 1e-4 and high > loud * 10 ** (_LEAST_HIGH_DB / 10))


def by_way_of_16_khz(wave: np.ndarray) -> np.ndarray:
    """(samples,) at 48 kHz through 16 kHz and back, as a delivered file is made of a
    generated sound; same length."""
    samples = len(wave)
    narrow = np.concatenate(list(resampled(wave, SAMPLE_RATE_HZ, LOW_RATE_HZ, -(-samples // 3))))[:, 0]
    return np.concatenate(list(resampled(narrow, LOW_RATE_HZ, SAMPLE_RATE_HZ, samples)))[:, 0]


def read_piece(path: Path, duration_s: float, rng: np.random.Generator | None = None) -> np.ndarray | None:
    """(samples,) mono at 48 kHz from a random place (None: the beginning), silent after a short file's
    end; None if not full-band."""
    import soundfile

    samples = round(duration_s * SAMPLE_RATE_HZ)
    try:
        with soundfile.SoundFile(path) as file:
            rate, wanted = file.samplerate, round(duration_s * file.samplerate)
            if rate < _LEAST_RATE_HZ:
                return None
            if rng is not None:
                file.seek(int(rng.integers(max(1, file.frames - wanted + 1))))
            wave = file.read(wanted, dtype="float32", always_2d=True).mean(axis=1)
    except (OSError, RuntimeError, ValueError):
        return None
    if not np.isfinite(wave).all() or not is_full_band(wave, rate):
        return None
    return np.concatenate(list(resampled(wave, rate, SAMPLE_RATE_HZ, samples)))[:, 0]


class FullBandClips(Dataset):
    """Items {"wave", "low"}: (samples,) float32 at 48 kHz, full-band and by way of
    16 kHz; the same for the same index.

    Args:
        seeds: of the stage's scenes, one an item; also the seed of what is random about it.
        duration_s: of an item.
        files: recordings; those that are not full-band are passed over.
        stage_share: share of items that are stage scenes; all of them where there are no files.
    """

    def __init__(self, seeds: range, duration_s: float, files: list[Path], stage_share: float):
        self.seeds, self.duration_s, self.files = seeds, duration_s, files
        self.stage_share = stage_share if files else 1.0

    def __len__(self) -> int:
        return len(self.seeds)

    def _wave(self, index: int) -> np.ndarray:
        seed = int(self.seeds[index])
        rng = np.random.default_rng([seed, 48])
        if rng.random() >= self.stage_share:
            for _ in range(_DRAWS):
                wave = read_piece(self.files[int(rng.integers(len(self.files)))], self.duration_s, rng)
                if wave is not None:
                    return wave
        return render_sound(plan(seed, self.duration_s), SAMPLE_RATE_HZ)

    def __getitem__(self, index: int) -> dict[str, Any]:
        wave = np.ascontiguousarray(self._wave(index), np.float32)
        return {"wave": torch.from_numpy(wave), "low": torch.from_numpy(by_way_of_16_khz(wave))}


class FullBandData(lightning.LightningDataModule):
    """Other pieces every epoch, so that a resumed run goes on where it stopped; use with
    `reload_dataloaders_every_n_epochs: 1`.

    Args:
        bank: folder of recordings (`SoundBank`; held-out files are for
            validation), or None for the stage alone.
        stage_share: share of clips that are stage scenes.
        clips_per_epoch: training clips an epoch.
    """

    def __init__(
        self,
        bank: str | None = None,
        duration_s: float = 2.0,
        batch_size: int = 8,
        clips_per_epoch: int = 1600,
        validation_clips: int = 64,
        stage_share: float = 0.25,
        workers: int = 1,
    ):
        super().__init__()
        if bank is not None and not Path(bank).is_dir():
            raise ValueError(f"no such sound bank: {bank}")
        self.bank, self.duration_s, self.batch_size, self.workers = bank, duration_s, batch_size, workers
        self.clips_per_epoch, self.validation_clips, self.stage_share = (
            clips_per_epoch,
            validation_clips,
            stage_share,
        )

    def _loader(self, split: str, seeds: range) -> DataLoader:
        kinds = SoundBank(Path(self.bank), split).files.values() if self.bank else ()
        clips = FullBandClips(
            seeds, self.duration_s, sorted(path for files in kinds for path in files), self.stage_share
        )
        ahead = 4 if self.workers else None
        return DataLoader(
            clips,
            self.batch_size,
            num_workers=self.workers,
            worker_init_fn=follow_parent,
            drop_last=True,
            prefetch_factor=ahead,
        )

    def train_dataloader(self) -> DataLoader:
        epoch = self.trainer.current_epoch if self.trainer else 0
        return self._loader("train", split_seeds("train", self.clips_per_epoch, epoch * self.clips_per_epoch))

    def val_dataloader(self) -> DataLoader:
        return self._loader("validation", split_seeds("validation", self.validation_clips))
