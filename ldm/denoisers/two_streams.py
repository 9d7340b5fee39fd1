"""TAVDiffusion (Mao et al. 2024, section 4): an audio and a video denoiser side by side, which look at each
other before their decoders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ldm.conditions import TEXT, Conditions, Track
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.audio_unet import AudioUNet
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.pseudo3d_unet import Pseudo3dUNet
from ldm.denoisers.streams import Middle
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.eas import Reduction, TokenAlignment
from ldm.latents import Latents
from ldm.mixing import sinusoids
from vocoders.component import Component, configured

AUDIO_STREAMS: dict[str, type[AudioTransformer] | type[AudioUNet]] = {
    "AudioTransformer": AudioTransformer,
    "AudioUNet": AudioUNet,
}
VIDEO_STREAMS: dict[str, type[FrameTransformer] | type[Pseudo3dUNet] | type[VideoTransformer]] = {
    "FrameTransformer": FrameTransformer,
    "Pseudo3dUNet": Pseudo3dUNet,
    "VideoTransformer": VideoTransformer,
}
MOMENTS = 1000.0  # positions of the whole clip in the sinusoids


class Interaction(nn.Module):
    """Eq. 12, in both directions at once: f_a + CA(f_a, f_v) and f_v + CA(f_v, f_a).

    Tokens are normalised, and told apart by modality and by moment; what is added starts at zero.

    Args:
        audio_width, video_width: of the tokens.
        heads: of both attentions.
    """

    def __init__(self, audio_width: int, video_width: int, heads: int):
        super().__init__()
        self.norms = nn.ModuleDict({"audio": nn.LayerNorm(audio_width), "video": nn.LayerNorm(video_width)})
        self.modality = nn.ParameterDict(
            {
                "audio": nn.Parameter(0.02 * torch.randn(audio_width)),
                "video": nn.Parameter(0.02 * torch.randn(video_width)),
            }
        )
        widths = {"audio": (audio_width, video_width), "video": (video_width, audio_width)}
        self.attentions = nn.ModuleDict(
            {
                name: nn.MultiheadAttention(own, heads, kdim=other, vdim=other, batch_first=True)
                for name, (own, other) in widths.items()
            }
        )
        for attention in self.attentions.values():
            for parameter in attention.out_proj.parameters():  # type: ignore[union-attr]
                nn.init.zeros_(parameter)

    def forward(self, audio: Middle, video: Middle) -> tuple[Tensor, Tensor]:
        """The new tokens of both."""
        a, v = self._placed("audio", audio), self._placed("video", video)
        to_audio = self.attentions["audio"](a, v, v, need_weights=False)[0]
        to_video = self.attentions["video"](v, a, a, need_weights=False)[0]
        return audio.tokens + to_audio, video.tokens + to_video

    def _placed(self, name: str, middle: Middle) -> Tensor:
        normed = self.norms[name](middle.tokens)
        moments = sinusoids(MOMENTS * middle.moments, normed.shape[-1])
        return normed + self.modality[name] + moments.to(normed.dtype)


@dataclass(frozen=True)
class MixedStreams:
    """What both streams made of the conditions; a stream without latents made nothing (None)."""

    audio: Any
    video: Any


class TwoStreams(Component):
    """Predicts the target of the process that its streams share, from noisy latents of sound and picture, one
    time for both, and text. With latents of one modality alone, that one's stream runs by itself.

    Where the video stream reads words (`words_read`), the track `TEXT` is E_l, then its words, and the audio
    stream is told E_l.

    Args:
        audio: settings of the audio stream, with its class as "class_name", a key of `AUDIO_STREAMS`.
        video: of the video stream, likewise of `VIDEO_STREAMS`.
        interacts: whether the streams look at each other (CA in the paper's Table 3).
        heads: of that attention.
        reduction: of the similarity that aligns them, see `ldm.eas.token_similarity`.

    Raises:
        ValueError: unknown streams, or of two processes.
    """

    @configured
    def __init__(
        self,
        audio: Mapping[str, Any],
        video: Mapping[str, Any],
        interacts: bool = True,
        heads: int = 8,
        reduction: Reduction = "max",
    ):
        super().__init__()
        self.audio = _stream(audio, AUDIO_STREAMS)
        self.video = _stream(video, VIDEO_STREAMS)
        if self.audio.process.config != self.video.process.config:
            raise ValueError(f"streams of two processes: {audio.get('process')} and {video.get('process')}")
        self.process = self.audio.process
        widths = (self.audio.middle_width, self.video.middle_width)
        self.interaction = Interaction(*widths, heads) if interacts else None
        self.alignment = TokenAlignment(*widths, reduction)

    @classmethod
    def tiny(cls, **overrides: Any) -> "TwoStreams":
        """Two tiny transformers (audio latents of 4 channels, video latents 3 x 4 x 4, Ct 5)."""
        audio = {"class_name": "AudioTransformer", **AudioTransformer.tiny().config}
        video = {"class_name": "FrameTransformer", **FrameTransformer.tiny().config}
        return cls(**{"audio": audio, "video": video, "heads": 2, **overrides})

    @classmethod
    def tiny_shipped(cls, **overrides: Any) -> "TwoStreams":
        """Two tiny transformers of the kinds that are shipped (audio latents of 4 channels, video latents
        4 x 7 x 2 x 2, Ct 5, 3 words)."""
        audio = {"class_name": "AudioTransformer", **AudioTransformer.tiny().config}
        video = {"class_name": "VideoTransformer", **VideoTransformer.tiny().config}
        return cls(**{"audio": audio, "video": video, "heads": 2, **overrides})

    @classmethod
    def tiny_unets(cls, **overrides: Any) -> "TwoStreams":
        """Two tiny UNets, as the paper's (audio latents 4 x 4 rows, video latents of 4 channels, Ct 5)."""
        audio = {"class_name": "AudioUNet", **AudioUNet.tiny().config}
        video = {"class_name": "Pseudo3dUNet", **Pseudo3dUNet.tiny().config}
        return cls(**{"audio": audio, "video": video, "heads": 2, **overrides})

    @property
    def words_read(self) -> int:
        """Of a text at most, beside E_l."""
        return int(getattr(self.video, "words_read", 0))

    def pieces(self) -> list[nn.Module]:
        """What is spread over devices one by one."""
        return [*self.audio.pieces(), *self.video.pieces()]

    def mix(self, conditions: Conditions, latents: Latents) -> MixedStreams:
        """What each stream makes of the conditions."""
        return MixedStreams(
            None
            if latents.audio is None
            else self.audio.mix(self._for_audio(conditions), Latents(audio=self._padded(latents.audio))),
            None if latents.video is None else self.video.mix(conditions, Latents(video=latents.video)),
        )

    def forward(
        self, latents: Latents, time: Float[Tensor, " batch"], conditions: Conditions | MixedStreams
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), of the modalities that there are."""
        return self.predicted(latents, time, conditions)[0]

    def predicted(
        self, latents: Latents, time: Float[Tensor, " batch"], conditions: Conditions | MixedStreams
    ) -> tuple[Latents, tuple[Tensor, Tensor] | None]:
        """The prediction, and the tokens of sound and picture that the decoders were given (eq. 12's f^_a and
        f^_v); None instead of those where there is one modality."""
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        audio = video = None
        if latents.audio is not None:
            assert mixed.audio is not None
            audio = self.audio.first_half(Latents(audio=self._padded(latents.audio)), time, mixed.audio)
        if latents.video is not None:
            assert mixed.video is not None
            video = self.video.first_half(Latents(video=latents.video), time, mixed.video)
        tokens = None
        if audio is not None and video is not None:
            tokens = (audio.tokens, video.tokens)
            if self.interaction is not None:
                tokens = self.interaction(audio, video)
            audio = Middle(tokens[0], audio.moments, audio.rest)
            video = Middle(tokens[1], video.moments, video.rest)
        return Latents(
            None
            if audio is None or latents.audio is None
            else self.audio.second_half(audio).given_audio[..., : latents.audio.shape[-1]],
            None if video is None else self.video.second_half(video).video,
        ), tokens

    def _for_audio(self, conditions: Conditions) -> Conditions:
        """E_l alone, of a text that is told with its words."""
        text = conditions.get(TEXT)
        if not self.words_read or text is None or text.values.ndim == 2:
            return conditions
        present = text.present if text.present is None or text.present.ndim == 1 else text.present[:, 0]
        return Conditions({**conditions, TEXT: Track(text.values[:, 0], present)})

    def _padded(self, audio: Tensor) -> Tensor:
        """The latents with zeros after them, up to a length that the stream takes."""
        return F.pad(audio, (0, -audio.shape[-1] % self.audio.grain))


def _stream(settings: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    named = dict(settings)
    kind = named.pop("class_name", None)
    if kind not in known:
        raise ValueError(f"a stream's class_name is one of {', '.join(known)}, not {kind!r}")
    return known[kind](**named)
