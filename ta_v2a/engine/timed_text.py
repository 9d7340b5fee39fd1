"""Text that changes over a clip: the prompt, and cues mixed into it in their stretches."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float

from ldm.conditions import Track
from ta_v2a.engine.cues import Cue, cut_prompt

Encode = Callable[[list[str]], torch.Tensor]


def text_track(
    given: Sequence[str | None],
    cues: Sequence[Cue],
    columns: int,
    column_s: float,
    encode: Encode,
    beside: bool = False,
) -> Track | None:
    """Text features of prompts and of cues, (batch, channels) without cues, else (batch, columns, channels).

    A cue of strength s takes the share s of its stretch and leaves 1 - s to the prompt, where there is one;
    cues that overlap share by their strengths. The mix has the mean length of what is mixed: E_l have
    unit length, and the networks know no other.

    Args:
        given: a prompt or None for each sample.
        columns, column_s: latent columns of the clip, and the seconds of one.
        encode: texts to (texts, channels).
        beside: the prompt keeps its whole share beside the cues, as negative prompts do.
    """
    prompts = [cut_prompt(prompt)[0] for prompt in given]
    wanted = sorted({text for text in prompts if text} | {cue.text for cue in cues})
    if not wanted:
        return None
    rows = dict(zip(wanted, encode([cut_prompt(text)[0] or "" for text in wanted]).float(), strict=True))
    nothing = torch.zeros_like(rows[wanted[0]])
    features = torch.stack([nothing if text is None else rows[text] for text in prompts])
    present = torch.tensor([text is not None for text in prompts], device=features.device)
    if not cues:
        return Track(features, None if present.all() else present)
    shares = torch.stack([held(cue, columns, column_s) * cue.strength for cue in cues]).to(features.device)
    taken = shares.sum(0)  # (columns,)
    left = torch.ones_like(taken) if beside else (1 - taken).clamp(min=0)
    left = left * present[:, None]  # (batch, columns)
    vectors = torch.stack([rows[cue.text] for cue in cues])
    mixed = mix(features, vectors, left, shares)
    # What one text alone says stays as it was encoded, to the last bit.
    alone = (shares > 0).sum(0) == 1
    for cue, share in zip(cues, shares, strict=True):
        only = (share > 0) & alone & (left == 0)  # (batch, columns)
        mixed[only] = rows[cue.text]
    untouched = (taken == 0).expand(len(prompts), -1)
    mixed[untouched] = features[:, None].expand_as(mixed)[untouched]
    return Track(mixed, present[:, None] | (taken > 0))


def left_out_track(
    negatives: Sequence[str | None],
    prompts: Sequence[str | None],
    cues: Sequence[Cue],
    columns: int,
    column_s: float,
    encode: Encode,
) -> Track | None:
    """Text features of what is not to be heard, as `text_track`: the negative prompts; cues' own negatives in
    their stretches; and the cues themselves outside theirs, unless the prompt asks for the same."""
    inside = [held(cue, columns, column_s) > 0 for cue in cues]
    lines = [
        [
            _unwanted(cut_prompt(negative)[0], prompt or "", cues, [bool(each[j]) for each in inside])
            for j in range(columns)
        ]
        if cues
        else [cut_prompt(negative)[0]]
        for negative, prompt in zip(negatives, prompts, strict=True)
    ]
    wanted = sorted({text for line in lines for text in line if text})
    if not wanted:
        return None
    rows = dict(zip(wanted, encode([cut_prompt(text)[0] or "" for text in wanted]).float(), strict=True))
    nothing = torch.zeros_like(rows[wanted[0]])
    values = torch.stack([torch.stack([rows[text] if text else nothing for text in line]) for line in lines])
    present = torch.tensor([[bool(text) for text in line] for line in lines], device=values.device)
    if not cues:
        values, present = values[:, 0], present[:, 0]
    return Track(values, None if present.all() else present)


def _unwanted(negative: str | None, prompt: str, cues: Sequence[Cue], inside: Sequence[bool]) -> str | None:
    """What is not to be heard at a moment that lies inside of some cues, in words."""
    heard = {_plain(cue.text) for cue, holds in zip(cues, inside, strict=True) if holds} | {_plain(prompt)}
    texts = [negative or ""]
    for cue, holds in zip(cues, inside, strict=True):
        texts.append(cue.negative if holds else "" if _plain(cue.text) in heard else cue.text)
    return ", ".join(dict.fromkeys(text for text in texts if text)) or None


def _plain(text: str) -> str:
    return text.casefold().strip(" .!")


def held(cue: Cue, columns: int, column_s: float) -> Float[torch.Tensor, " columns"]:
    """1 in the columns whose middle a cue holds; a cue shorter than a column keeps its first."""
    centres_s = (torch.arange(columns) + 0.5) * column_s
    inside = (centres_s >= cue.start_s) & (centres_s < cue.end_s)
    inside[min(columns - 1, int(cue.start_s / column_s))] = True
    return inside.float()


def mix(
    features: Float[torch.Tensor, "batch channels"],
    vectors: Float[torch.Tensor, "cues channels"],
    left: Float[torch.Tensor, "batch columns"],
    shares: Float[torch.Tensor, "cues columns"],
) -> Float[torch.Tensor, "batch columns channels"]:
    """Weighted sums of prompts and cues, brought to the mean length of their parts."""
    total = (left + shares.sum(0)).clamp(min=1e-9)[..., None]
    summed = left[..., None] * features[:, None] + torch.einsum("qt,qc->tc", shares, vectors)
    length = left[..., None] * features.norm(dim=-1)[:, None, None] + torch.einsum(
        "qt,q->t", shares, vectors.norm(dim=-1)
    ).unsqueeze(-1)
    return summed * (length / total) / summed.norm(dim=-1, keepdim=True).clamp(min=1e-9)
