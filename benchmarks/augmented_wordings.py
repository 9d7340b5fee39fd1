"""The text tower trained with and without paraphrases, equally long, on retrieval with held-out wordings.

    PYTHONPATH=. python benchmarks/augmented_wordings.py --steps 400 --result results/augmented_wordings.json

Two trainings of `ta-v2a train text` from the same encoders differ in `augment` alone. Held out: captions that
no training drew, paraphrased with other seeds, and carelessly typed (`careless_prompts.py`). Ranks are of a
clip's frozen audio feature among all by its text, scenes of the validation split.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from careless_prompts import careless
from measuring import begun, keep, options

from prompts.augmenting.paraphrases import paraphrase
from prompts.grammar import caption
from ta_v2a.data.stage_clips import split_seeds
from ta_v2a.data.wordings import StageWordings
from ta_v2a.evaluation.encoders.retrieval import retrieval
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.presets.resolve import WEIGHTS_FOLDER
from ta_v2a.presets.trained import mini_cvalp

MINI_ENCODERS = WEIGHTS_FOLDER / "mini" / "cvalp"


def trained(augment: float, steps: int, clips: int, start: str, folder: Path, cache: Path) -> Path:
    """The checkpoint of one training."""
    start, tokenizer = str(Path(start).resolve()), MINI_ENCODERS.resolve() / "spiece.model"
    words = ["train", "text", "--trainer.max_steps", steps, "--trainer.limit_val_batches", 0]
    words += ["--data.init_args.augment", augment, "--data.init_args.clips", clips]
    words += ["--data.init_args.checkpoint", start, "--data.init_args.cache", cache]
    words += ["--data.init_args.tokenizer_file", tokenizer]
    words += ["--model.init_args.model.init_args.tokenizer_file", tokenizer]
    words += ["--model.init_args.checkpoint", start]
    folder.mkdir()
    code = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    subprocess.run([sys.executable, "-m", "ta_v2a", *map(str, words)], check=True, cwd=folder, env=code)
    return folder / "runs" / "text" / "last.ckpt"


@torch.inference_mode()
def main() -> None:
    """Trains, measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--steps", type=int, default=400, help="of each training")
    parser.add_argument("--clips", type=int, default=4096, help="sounds that are trained on")
    parser.add_argument("-n", type=int, default=384, help="held-out clips")
    parser.add_argument(
        "--augment", type=float, default=0.5, help="share of paraphrases of the second training"
    )
    parser.add_argument("--start", default=str(MINI_ENCODERS), help="checkpoint or folder of encoders")
    given = parser.parse_args()
    noted = begun(given)
    scores: list[Score] = []
    with tempfile.TemporaryDirectory(prefix="ta-v2a-augmented-") as name:
        cache = Path(name) / "features"
        data = StageWordings(checkpoint=given.start, clips=8, validation_clips=given.n, cache=str(cache))
        data.setup("fit")
        held = data.validation
        rngs = [random.Random(f"held out {seed}") for seed in split_seeds("validation", given.n)]
        plain = [caption(facts, rng) for facts, rng in zip(held.facts, rngs, strict=True)]
        wordings = {
            "new captions": plain,
            "paraphrases": [paraphrase(text, rng) for text, rng in zip(plain, rngs, strict=True)],
            "slips": [careless(text, "slips", "", rng) for text, rng in zip(plain, rngs, strict=True)],
            "sentences": [
                careless(text, "sentences", "", rng) for text, rng in zip(plain, rngs, strict=True)
            ],
        }
        for share in (0.0, given.augment):
            with torch.inference_mode(False):
                file = trained(share, given.steps, given.clips, given.start, Path(name) / f"{share}", cache)
            cvalp = mini_cvalp(str(file), str(MINI_ENCODERS / "spiece.model"))
            for of, texts in wordings.items():
                rows = torch.cat([cvalp.encode_text(texts[i : i + 64]) for i in range(0, len(texts), 64)])
                found = retrieval(rows.numpy().astype(np.float64), held.audio.numpy().astype(np.float64))
                for metric, estimate in found.items():
                    better = "lower" if metric == "median_rank" else "higher"
                    about = ("retrieval, text to audio", metric, better)
                    scores.append(
                        replace(Score.of_row(estimate.as_dict(), *about), of=f"augment {share:g}: {of}")
                    )
    print(json.dumps([one.as_dict() for one in scores]))
    keep(noted, given.start if given.start != str(MINI_ENCODERS) else "mini", scores, given.n)


if __name__ == "__main__":
    main()
