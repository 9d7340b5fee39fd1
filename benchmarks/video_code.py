"""Do onsets outlive the picture autoencoder? F1 at 50 ms of the video tower's onset peaks on clean scenes,
untouched and through the code, and the code's PSNR.

    PYTHONPATH=. python benchmarks/video_code.py --autoencoder runs/video-vae/last.ckpt --scenes 500

Validation scenes that sound by their events alone (`--solid`: of the solid world); counts are pooled over
scenes.
"""

import json

import numpy as np
import torch
from measuring import begun, keep, number, options
from tower_onsets import MINI_CVALP, ONSETS_PER_COLUMN, peaks_s

from ta_v2a.data.stage_clips import split_seeds
from ta_v2a.engine.filming import luma_for_tower
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.evaluation.metrics.onsets import f1_score, match
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.packed import Filming, filmed
from vocoders.clock import MINI

TOLERANCE_S = 0.05


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--scenes", type=int, default=500)
    parser.add_argument("--threshold", type=float, default=0.25)
    parser.add_argument("--autoencoder", default="runs/video-vae/last.ckpt")
    parser.add_argument("--looks", type=int, default=1)
    parser.add_argument("--solid", action="store_true", help="scenes of bodies (extra solid)")
    given = parser.parse_args()
    noted = begun(given)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cvalp = mini_cvalp(MINI_CVALP, MINI_CVALP / "spiece.model").to(device)
    code = trained_part(given.autoencoder, "video_autoencoder").to(device)
    filming = Filming(looks=given.looks, px=code.config.picture_px, solid=float(given.solid))
    counts: dict[str, list[np.ndarray]] = {
        "untouched": [],
        "through the code": [],
        "through it, other clip": [],
    }
    errors: list[float] = []
    before = np.zeros(0)
    for seed in split_seeds("validation", 4 * given.scenes):
        shown, facts = filmed(seed, filming)
        if not facts["struck"]:
            continue
        events, pictures = np.array(facts["events_s"]), torch.from_numpy(shown)
        film = pictures.to(device).movedim(-1, 1).float() / 255
        coded = torch.cat([code.decode(code.encode(part)) for part in film.split(16)])
        errors.append(float((coded - film).square().mean()))
        coded_bytes = (coded * 255).round().byte().movedim(1, -1).cpu()
        both = luma_for_tower(torch.stack([pictures, coded_bytes]), MINI.picture_px).repeat_interleave(
            2, dim=1
        )
        onsets = cvalp.onsets(cvalp.encode_video(both.to(device))).cpu().numpy()
        step_s = MINI.column_s / ONSETS_PER_COLUMN
        found = [peaks_s(row, given.threshold, step_s) for row in onsets]
        for name, peaks, true in zip(counts, [*found, found[1]], [events, events, before], strict=True):
            counts[name].append(match(peaks, true, TOLERANCE_S).counts)
        before = events
        if len(errors) == given.scenes:
            break
    f1 = {name: round(float(f1_score(np.sum(rows, axis=0))), 3) for name, rows in counts.items()}
    psnr = round(float(-10 * np.log10(np.mean(errors))), 2)
    print(json.dumps({"scenes": len(errors), "threshold": given.threshold, "f1": f1, "psnr_db": psnr}))
    figures = [
        number("onset F1", of, value, "", "higher", len(errors), "50ms:pooled") for of, value in f1.items()
    ]
    figures.append(number("PSNR", "through the code", psnr, "dB", "higher", len(errors), "pooled"))
    details = {"split": "validation", "threshold": given.threshold, "solid": given.solid}
    keep(noted, "video-vae", figures, len(errors), weights=given.autoencoder, details=details)


if __name__ == "__main__":
    main()
