"""Careless prompts on the test split of the stage, with and without the refiner: what is heard of them.

    PYTHONPATH=. python benchmarks/careless_prompts.py -n 500 --result results/careless_prompts.json

Every scene's caption is also typed carelessly: slips, what is only seen, sentences about nothing that sounds,
or another kind of sound that is not wanted. The listener hears what the caption makes, what the careless
prompt makes as it is typed, and what it makes refined; the unwanted kind goes to the negative prompt there.
"""

import json
import random
from collections import defaultdict
from typing import Any

import numpy as np
import torch
from measuring import begun, keep, options

from prompts.lexicon import LEXICON
from prompts.refining.rules import RuleRefiner
from prompts.refining.sources import WORD, sort_of
from ta_v2a.engine.understanding import followed
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.networks.listener import WEIGHTS, load_listener
from ta_v2a.evaluation.stage.benchmark import listener_logits, render_scenes
from ta_v2a.evaluation.stage.controls import leakage
from ta_v2a.evaluation.stage.scores import MEASURES, NEGATED, measure_score
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.presets.resolve import resolve
from ta_v2a.stage.scene.scene import SPLITS, Scene, plan
from ta_v2a.system.provenance import folder_sha256
from vocoders.clock import MINI

SORTS = ("slips", "sights", "sentences", "negation")
_SIGHTS = (
    "a beautiful cinematic shot of {}",
    "{}, 4k, in slow motion",
    "{} at sunset, under a purple sky",
    "the camera pans left, {}",
    "a gorgeous aerial drone view of {}",
)
_SENTENCES = (
    "Hi! Could you please make a sound for my video? {}. The man is wearing a blue hat. He looks so pretty. "
    "Thanks!",
    "The video shows a tall bearded man. The sky is orange. {}. The colours are stunning. "
    "It is a lovely scene.",
    "This is my holiday clip, it looks amazing, you can see the purple mountains. {}. Please make it good.",
)
_NEGATIONS = ("{}, no {}", "{} without {}", "no {1}, just {0}", "{}. I don't want any {}.", "{} but not {}")


def careless(text: str, sort: str, unwanted: str, rng: random.Random) -> str:
    """A caption as somebody types it who does not care."""
    bare = text.rstrip(".!")
    if sort == "slips":
        return WORD.sub(lambda found: _slip(found[0], rng), bare)
    if sort == "sights":
        return rng.choice(_SIGHTS).format(bare)
    if sort == "sentences":
        return rng.choice(_SENTENCES).format(bare)
    return rng.choice(_NEGATIONS).format(bare, unwanted)


def _slip(word: str, rng: random.Random) -> str:
    """Two letters swapped, one doubled or left out, in half of the words that name a sound."""
    if len(word) < 5 or sort_of(word.casefold()) != "telling" or rng.random() < 0.5:
        return word
    at = rng.randrange(1, len(word) - 2)
    return rng.choice(
        (
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1 :],
        )
    )


def other_kind(scene: Scene, rng: random.Random) -> tuple[str, str]:
    """A kind of sound that is not in a scene, nor seen there, and its words."""
    there = {name for source in scene.sources for name in (source.kind, source.look)}
    kind = rng.choice([name for name in LEXICON if name not in there])
    return kind, rng.choice(LEXICON[kind].keywords[:4]).replace("_", ",")


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("-n", type=int, default=500, help="scenes of the test split")
    parser.add_argument("--seed", type=int, default=0, help="of noise and carelessness")
    parser.add_argument("--batch", type=int, default=4, help="scenes at a time")
    parser.add_argument("--steps", type=int, help="sampler steps; default: the preset's")
    parser.add_argument("--preset", default="mini")
    given = parser.parse_args()
    noted = begun(given)
    from ta_v2a.pipelines.foley import FoleyPipeline

    pipeline, listener, refiner = FoleyPipeline.from_pretrained(given.preset), load_listener(), RuleRefiner()
    rows: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for start in range(0, given.n, given.batch):
        scenes = [
            plan(SPLITS["test"][i], MINI.duration_s) for i in range(start, min(given.n, start + given.batch))
        ]
        pictures, _ = render_scenes(scenes)
        sorts = [SORTS[(start + i) % len(SORTS)] for i in range(len(scenes))]
        chances = [random.Random(f"{given.seed} {scene.seed}") for scene in scenes]
        others = [other_kind(scene, rng) for scene, rng in zip(scenes, chances, strict=True)]
        typed = [
            careless(scene.caption, sort, words, rng)
            for scene, sort, (_, words), rng in zip(scenes, sorts, others, chances, strict=True)
        ]
        read = [refiner.refine(text) for text in typed]
        raw = [followed(text, "", []) for text in typed]
        told: dict[str, tuple[list[str], list[str]]] = {
            "caption": ([scene.caption for scene in scenes], [""] * len(scenes)),
            "careless": ([one.prompt for one in raw], [""] * len(scenes)),
            "refined": ([one.text for one in read], [one.negative for one in read]),
        }
        for name, (texts, negatives) in told.items():
            noise = torch.Generator().manual_seed((given.seed * 1_000_003 + start) % 2**63)
            scales: dict[str, Any] = {} if given.steps is None else {"num_inference_steps": given.steps}
            waves = pipeline.generate(pictures, texts, generator=noise, negative_prompt=negatives, **scales)
            heard = listener_logits(listener, np.asarray(waves, dtype=np.float32))
            for scene, sort, (kind, _), logits in zip(scenes, sorts, others, heard, strict=True):
                truth = Truth.of(scene)
                for of in (name, f"{name}: {sort}"):
                    rows[of]["class_accuracy"].append(truth.named(logits))
                    rows[of]["text_steering"].append(truth.follows_text(logits))
                if sort == "negation":
                    rows[name]["leakage"].append(float(leakage(logits[None], [kind])[0]))
    sha256 = folder_sha256(WEIGHTS)
    abouts = {name: MEASURES[name] for name in ("class_accuracy", "text_steering")} | {"leakage": NEGATED}
    scores: list[Score] = []
    for of, measured in rows.items():
        for name, values in measured.items():
            known = [value for value in values if np.isfinite(value)]
            if known:
                scores.append(measure_score(statistics.mean(known).as_dict(), abouts[name], of, sha256))
    print(json.dumps([one.as_dict() for one in scores]))
    keep(noted, given.preset, scores, given.n, given.seed, weights=resolve(given.preset))


if __name__ == "__main__":
    main()
