"""A contact sheet of generated films, one prompt a row, and what the video tower sees in them.

    PYTHONPATH=. python benchmarks/video_sheet.py --head runs/video-head/last.ckpt \\
        --autoencoder runs/video-vae/last.ckpt -o sheet.png

Without `--prompt` there is one prompt for each act of the clean setting. `--real` shows the stage's own
scenes instead; `--still` begins every film with a scene's first picture.
"""

import json
import random
import time

import cv2
import numpy as np
import torch
from measuring import begun, keep, number, options
from tower_onsets import MINI_CVALP, ONSETS_PER_COLUMN, peaks_s

from ldm.scheduling import FlowEuler
from prompts.acts import ACTS, plain_caption
from prompts.worlds import in_its_world
from ta_v2a.engine.filming import TIME_SHIFT, FilmMaker, luma_for_tower
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.clean.render import render_clean
from ta_v2a.stage.clean.scenes import plan_clean
from vocoders.clock import MINI

COLUMNS = 12


def sheet(films: np.ndarray, columns: int) -> np.ndarray:
    """(films, pictures, h, w, 3) as one picture, in two halves side by side."""
    steps = np.linspace(2, films.shape[1] - 1, columns).round().astype(int)
    rows = [np.concatenate(list(film[steps]), 1) for film in films]
    half = -(-len(rows) // 2)
    rows += [np.zeros_like(rows[0])] * (2 * half - len(rows))
    return np.concatenate([np.concatenate(rows[:half]), np.concatenate(rows[half:])], 1)


@torch.inference_mode()
def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--head", default="runs/video-head/last.ckpt")
    parser.add_argument("--autoencoder", default="runs/video-vae/last.ckpt")
    parser.add_argument("--prompt", action="append", default=[])
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--text-scale", type=float, default=1.75)
    parser.add_argument("--shift", type=float, default=TIME_SHIFT)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threshold", type=float, default=0.25)
    parser.add_argument("--world", choices=["flat", "solid"], help="which every prompt then names")
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--real", action="store_true")
    parser.add_argument("-o", "--output", required=True)
    given = parser.parse_args()
    noted = begun(given)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    cvalp = mini_cvalp(MINI_CVALP, MINI_CVALP / "spiece.model").to(device)
    code = trained_part(given.autoencoder, "video_autoencoder").to(device)
    head = trained_part(given.head, "video_head").to(device)
    filming = FilmMaker(cvalp, head, code, FlowEuler(given.shift))
    draw = random.Random(given.seed)
    prompts = given.prompt or [plain_caption(act, 3 if ACTS[act].gaps_s else 0, draw) for act in ACTS]
    if given.world:
        prompts = [in_its_world(prompt, given.world) for prompt in prompts]
    times_s = np.arange(filming.pictures) / filming.fps
    scenes = [plan_clean(10**9 + given.seed + i, 4.096, (act,)) for i, act in enumerate(ACTS)]
    real = (
        [render_clean(scene, times_s, code.config.picture_px) for scene in scenes]
        if given.real or given.still
        else []
    )
    began = time.perf_counter()
    made = []
    for start in range(0, len(prompts), 8):
        texts = prompts[start : start + 8]
        if given.real:
            made += real[start : start + 8]
            continue
        first = None
        if given.still and not given.prompt:
            first = (
                torch.from_numpy(np.stack([film[0] for film in real[start : start + 8]]))
                .movedim(-1, 1)
                .float()
                / 255
            )
        generators = [torch.Generator().manual_seed(given.seed + start + i) for i in range(len(texts))]
        made += list(filming.films(texts, generators, given.steps, given.text_scale, first=first).numpy())
    seconds = time.perf_counter() - began
    films = np.stack(made)
    tower = luma_for_tower(torch.from_numpy(films), MINI.picture_px).repeat_interleave(2, dim=1)
    onsets = cvalp.onsets(cvalp.encode_video(tower.to(device))).cpu().numpy()
    seen = [len(peaks_s(row, given.threshold, MINI.column_s / ONSETS_PER_COLUMN)) for row in onsets]
    cv2.imwrite(given.output, cv2.cvtColor(sheet(films, COLUMNS), cv2.COLOR_RGB2BGR))
    change = float(np.abs(np.diff(films.astype(np.float32), axis=1)).mean())
    report = {"seconds": round(seconds, 2), "films": len(films), "picture_change": round(change, 3)}
    print(json.dumps({**report, "onsets_seen": dict(zip(prompts, seen, strict=True))}))
    figures = [number("onsets seen", "a film", float(np.mean(seen)), "", "higher", len(films), "mean")]
    figures.append(
        number("change of a picture to the next", "generated", change, "/255", "higher", len(films), "mean")
    )
    keep(noted, "video-head", figures, len(films), given.seed, given.head, {"prompts": prompts})


if __name__ == "__main__":
    main()
