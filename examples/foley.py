"""Sounds clip.mp4 twice, with a prompt and a timed cue, and keeps the louder take as a film and a
WAV: python examples/foley.py"""

import numpy as np
import torch

from ta_v2a import FoleyPipeline
from ta_v2a.media.writing.mux import mux
from ta_v2a.media.writing.wav import write_wav

pipe = FoleyPipeline.from_pretrained("mini")
takes = []
for seed in (0, 1):
    out = pipe(
        video="clip.mp4",
        prompt="footsteps on gravel",
        cues=["0.5-1.5: a door slams"],  # in place of the prompt from 0.5 s to 1.5 s
        negative_prompt="music",
        text_scale=3.0,  # follow the text more closely than by default
        generator=torch.Generator().manual_seed(seed),
    )
    print(f"seed {seed}: {out.audios.shape}, level {np.sqrt(np.mean(out.audios**2)):.3f}")
    takes.append(out.audios[0])  # (channels, samples), exactly as long as the picture

loudest = max(takes, key=lambda take: float(np.mean(take**2)))
write_wav("sounded.wav", loudest, out.sampling_rate)  # 48 kHz, 24 bit
film = mux("clip.mp4", loudest, out.sampling_rate, "sounded.mp4")  # the picture is copied, not encoded again
print(film.path)
