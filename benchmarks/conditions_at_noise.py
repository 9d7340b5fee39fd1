"""What the conditions alone have taught the diffusion model: the share of the latents' variance that its first guess explains.

At time 1 the model's guess of the data rests on its conditions only. For every branch 1 - error / variance (below 0 is worse than
guessing the mean) of the latent channels, ordered by `MelAutoencoder.channel_importance`.

    PYTHONPATH=. python benchmarks/conditions_at_noise.py --scenes 96 [--preset mini]
"""

import json

import torch
from measuring import begun, keep, number, options

from ldm.conditions import Conditions
from ldm.latents import Latents
from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from vocoders.clock import MINI
from vocoders.mel import LogMel

BATCH = 16
SHOWN = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 40)


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=96)
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    pipe = FoleyPipeline.from_pretrained(given.preset)
    log_mel, generator = LogMel(MINI), torch.Generator().manual_seed(0)
    errors: dict[str, torch.Tensor] = {}
    variance = torch.zeros(pipe.denoiser.config.latent_channels)
    for clips in torch.utils.data.DataLoader(StageClips(split_seeds("validation", given.scenes), MINI), BATCH):
        latents = pipe.autoencoder.encode(log_mel(clips["wave"])).mean
        video = pipe.cvalp.encode_video(clips["frames"].float() / 255)
        text = pipe.cvalp.encode_text(list(clips["caption"]))
        noise = torch.randn(latents.shape, generator=generator)
        variance += latents.square().mean(2).sum(0)
        branches = {"none": (None, None), "text": (None, text), "video": (video, None), "both": (video, text)}
        for name, (seen, said) in branches.items():
            conditions = Conditions.of(video=seen, text=said)
            predicted = pipe.denoiser(Latents(audio=noise), torch.ones(len(noise)), conditions).audio
            guess = pipe.denoiser.process.clean(noise, predicted, 1.0)
            errors[name] = errors.get(name, 0) + (guess - latents).square().mean(2).sum(0)
    order = pipe.autoencoder.channel_importance().argsort(descending=True)[list(SHOWN)]
    explained = {name: [round(float(x), 2) for x in (1 - error / variance)[order]] for name, error in errors.items()}
    print(json.dumps({"scenes": given.scenes, "channels": SHOWN, "explained": explained}))
    figures = [
        number("variance explained", f"{name}, channel {channel}", value, "", "higher", given.scenes, "time 1")
        for name, values in explained.items()
        for channel, value in zip(SHOWN, values, strict=True)
    ]
    keep(noted, given.preset, figures, given.scenes, 0, resolve(given.preset), {"split": "validation"})


if __name__ == "__main__":
    main()
