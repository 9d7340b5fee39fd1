"""What the diffusion model at paper size trains on: clips through frozen encoders, some of them joined of two
(Diff-Foley's augmentation, which TA-V2A keeps)."""

from math import ceil
from typing import Any

import lightning
import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.utils.data import DataLoader

from cvalp.features import as_input, film_features
from cvalp.role import Encoders
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError
from vocoders.clock import PAPER
from vocoders.hifi_gan import AudioLdmMel
from vocoders.training.joined_batch import joined, own
from vocoders.training.shared import batch_generator

Rows = Float[Tensor, "batch *rest"]


def spliced(first: Rows, second: Rows, cuts: Int[Tensor, " batch"], of: int, axis: int) -> Rows:
    """Rows whose part before `cuts / of` of an axis is the first's, and whose rest is the second's.

    Args:
        first, second: as long as each other on `axis`, a multiple of `of`.
        cuts: for each row; `of` leaves it to the first.
        axis: of the rows, 1 or more.
    """
    length = first.shape[axis]
    places = torch.arange(length, device=first.device) * of // length
    before = places[None] < cuts[:, None].to(first.device)
    shape = [len(first), *[length if i == axis else 1 for i in range(1, first.ndim)]]
    return torch.where(before.reshape(shape), first, second)


class PaperLatents(lightning.LightningDataModule):
    """Batches {"latents": (batch, channels, rows, columns), "video": (batch, tokens, Cv), "text": (batch,
    Ct), or (batch, tokens, Ct) where clips are joined}, made where the batch is.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    A joined clip is the beginning of one and the end of the next clip of the batch, of all processes; its
    text changes where it changes. Random numbers follow from the number of the batch, so that a resumed run
    equals an uninterrupted one.

    Args:
        clips: `PaperStage` or `PaperShards`. Features that shards hold are taken as they are.
        vae: folder of the autoencoder (`ta-v2a weights import sd-vae`), or a checkpoint of its training.
        cvalp: folder or checkpoint of the encoders; None where shards hold their features.
        joined_share: of the clips that are joined of two.
        least_s: of either part of a joined clip.
        seed: of joins and of draws from the autoencoder's posterior.

    Raises:
        UserError: encoder or autoencoder cannot be loaded, or shards hold no features and there is no
            encoder.
    """

    def __init__(
        self,
        clips: lightning.LightningDataModule,
        vae: str = "weights/sd-vae",
        cvalp: str | None = "runs/paper/last.ckpt",
        joined_share: float = 0.5,
        least_s: float = 2.0,
        seed: int = 0,
    ):
        super().__init__()
        self.clips, self.joined_share, self.least_s, self.seed = clips, joined_share, least_s, seed
        self.vae: Any = trained_part(vae, "autoencoder").requires_grad_(False)
        self.cvalp: Any = None if cvalp is None else trained_part(cvalp, "cvalp").requires_grad_(False)
        self.audioldm_mel = AudioLdmMel() if self.vae.config.mel_scale == "natural_log" else None

    def train_dataloader(self) -> DataLoader:
        self.clips.trainer = self.trainer
        return self.clips.train_dataloader()

    def val_dataloader(self) -> DataLoader | list:
        self.clips.trainer = self.trainer
        return self.clips.val_dataloader()

    @torch.no_grad()
    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """The clips' latents and features, float32."""
        batch = self.clips.on_after_batch_transfer(batch, dataloader_idx)
        device = (batch["wave"] if "wave" in batch else batch["mel"]).device
        video, text = self._features(batch, device)
        mel = batch["mel"] if self.audioldm_mel is None else self._audioldm(batch, device)
        number = 0 if self.trainer is None else self.trainer.fit_loop.total_batch_idx + 1
        generator = batch_generator(self.seed, number, device)
        if self.trainer is not None and self.trainer.training and self.joined_share > 0:
            mel, video, text = self._joined(mel, video, text, generator)
        posterior = self.vae.to(device).encode(mel)
        return {"latents": posterior.sample(generator), "video": video, "text": text}

    def _features(self, batch: dict[str, Any], device: torch.device) -> tuple[Tensor, Tensor]:
        if "video" in batch and "text" in batch:
            return batch["video"].float(), batch["text"].float()
        if self.cvalp is None:
            raise UserError("the shards hold no features: prepare them with --features, or give cvalp")
        encoders: Encoders = self.cvalp.to(device)
        video = film_features(encoders, as_input(batch["frames"].to(device)))
        return video, encoders.encode_text(list(batch["caption"])).float()

    def _audioldm(self, batch: dict[str, Any], device: torch.device) -> Tensor:
        """AudioLDM's mel of the sound: mean taken off, peak at 0.5 (section 9 of the facts)."""
        if "wave" not in batch:
            raise UserError(
                "AudioLDM's autoencoder needs shards with the sound: prepare them with --wave-hz 16000"
            )
        assert self.audioldm_mel is not None
        wave = batch["wave"] - batch["wave"].mean(-1, keepdim=True)
        wave = 0.5 * wave / wave.abs().amax(-1, keepdim=True).clamp_min(1e-8)
        mel = self.audioldm_mel.to(device)(wave)
        grain = 8 * self.vae.frames_per_column  # the UNet halves the columns three times
        return mel[..., : mel.shape[-1] // grain * grain]

    def _joined(
        self, mel: Tensor, video: Tensor, text: Tensor, generator: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Some of the clips joined with the next one, at the border of a token."""
        rows, tokens, device = len(mel), video.shape[1], mel.device
        least = min(ceil(self.least_s * PAPER.fps), tokens // 2)
        chance = own(lambda n: torch.rand(n, 2, generator=generator, device=device), rows)
        cuts = least + (chance[:, 1] * (tokens - 2 * least + 1)).long()
        cuts = torch.where(chance[:, 0] < self.joined_share, cuts, tokens)
        texts = text[:, None].expand(-1, tokens, -1)
        following = own(lambda n: (torch.arange(n, device=device) + 1) % n, rows)
        parts = [(mel, 2), (video, 1), (texts, 1)]
        made = [spliced(part, joined(part)[following], cuts, tokens, axis) for part, axis in parts]
        return made[0], made[1], made[2]
