"""Whether prompts in words beyond the lexicon find the right kind of recording: 300 captions that people
wrote (AudioCaps), held out from training and labelled by reading them.

    PYTHONPATH=. python benchmarks/open_words.py [--cvalp FOLDER ...] [--teacher] [--result FILE]

Every text tower is read out twice from E_l: by the nearest prototype (mean of a kind's keywords), and by a
linear readout fitted on captions of the grammar. `--teacher` measures WordLlama's static embeddings
likewise, and "nearest phrase", the kind with the nearest phrase of its own.
"""

import json
from pathlib import Path

import numpy as np
import torch
from measuring import begun, keep, options

from cvalp.mini.model import CVALP
from ta_v2a.data.open_words import held_out_clip
from ta_v2a.data.teacher import nearness, wordllama
from ta_v2a.evaluation.encoders.open_words import Embedding, labelled_captions, open_word_scores, placed_among
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.presets.resolve import WEIGHTS_FOLDER

CAPTIONS = Path(__file__).with_name("captions.csv")


def tower(folder: str | Path) -> Embedding:
    """E_l of a component folder."""
    cvalp = CVALP.from_pretrained(folder).eval()

    @torch.inference_mode()
    def embed(texts: list[str]) -> np.ndarray:
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        out = np.empty((len(texts), cvalp.text_width), np.float32)
        for begin in range(0, len(texts), 64):
            rows = order[begin : begin + 64]
            out[rows] = cvalp.encode_text([texts[row] for row in rows]).numpy()
        return out

    return embed


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--cvalp", nargs="*", default=[str(WEIGHTS_FOLDER / "mini" / "cvalp")])
    parser.add_argument("--teacher", action="store_true")
    given = parser.parse_args()
    noted = begun(given)
    rows = labelled_captions(CAPTIONS)
    if not all(held_out_clip(row.clip) for row in rows):
        raise SystemExit(f"{CAPTIONS} holds captions that are trained on")
    found = {folder: open_word_scores(tower(folder), rows) for folder in given.cvalp}
    if given.teacher:
        embed = wordllama()
        near = nearness([row.text for row in rows], embed)
        found["wordllama"] = {
            **open_word_scores(embed, rows),
            "nearest phrase first 3": placed_among(near, rows),
        }
    print(json.dumps({of: {name: one.as_dict() for name, one in own.items()} for of, own in found.items()}))
    figures = [
        Score.of_row(one.as_dict(), "right kind", name, "higher", of=of)
        for of, own in found.items()
        for name, one in own.items()
    ]
    weights = given.cvalp[-1] if given.cvalp else None
    keep(noted, "text towers", figures, len(rows), weights=weights, details={"captions": CAPTIONS.name})


if __name__ == "__main__":
    main()
