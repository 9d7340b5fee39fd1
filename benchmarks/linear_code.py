"""How well do principal components of mel patches alone do what the autoencoder does? L1 on the log-mel (1.0 = 100 dB).

PYTHONPATH=. python benchmarks/linear_code.py --train 300 --test 60
"""

import json

import torch
from measuring import begun, keep, number, options

from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.pipelines.foley import FoleyPipeline
from ta_v2a.presets.resolve import resolve
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel

PATCH_FRAMES = 4


def mels(seeds: range) -> torch.Tensor:
    """(len(seeds), 128, 256) log-mels of synthesised stage sounds of 4.096 s."""
    spec = ClipSpec(duration_s=4.096)
    clips, log_mel = StageClips(seeds, spec, sound_only=True), LogMel(spec)
    return torch.cat([log_mel(clips[i]["wave"][None]) for i in range(len(clips))])


def patches(mel: torch.Tensor) -> torch.Tensor:
    """(clips, bins, frames) -> (clips * columns, bins * 4)."""
    return mel.unfold(2, PATCH_FRAMES, PATCH_FRAMES).transpose(1, 2).flatten(2).flatten(0, 1)


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--train", type=int, default=300)
    parser.add_argument("--test", type=int, default=60)
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    train, test = mels(split_seeds("train", given.train, 50_000_000)), mels(split_seeds("test", given.test))
    learned, held = patches(train), patches(test)
    centre = learned.mean(0)
    basis = torch.linalg.svd(learned - centre, full_matrices=False).Vh
    report = {}
    for channels in (16, 32, 48, 64):
        rows = basis[:channels]
        report[f"{channels} components"] = round(float(((held - centre) @ rows.T @ rows + centre - held).abs().mean()), 5)
    autoencoder = FoleyPipeline.from_pretrained(given.preset).autoencoder
    report[f"autoencoder, {autoencoder.config.latent_channels} channels"] = round(float((autoencoder(test) - test).abs().mean()), 5)
    print(json.dumps({"train": given.train, "test": given.test, "l1": report}))
    distance = ("log-mel distance", "L1")
    figures = [number(distance[0], of, l1, n=given.test, variant=distance[1]) for of, l1 in report.items()]
    details = {"train": given.train}
    keep(noted, given.preset, figures, given.test, weights=resolve(given.preset), details=details)


if __name__ == "__main__":
    main()
