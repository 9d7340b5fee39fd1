"""The search for a noise schedule of few steps (WaveGrad, arXiv 2009.00713: a grid over the betas, judged by the log-mel error).

Every step n has an order of magnitude, 10^-6 to 10^-1 spread evenly over the steps, and one of nine mantissas. All 9^N schedules are too
many for a processor: here one mantissa at a time is searched with the others fixed, again and again until none helps. The noise is the same
for every schedule, so that schedules differ and not luck.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float

from vocoders.mel import LogMel
from vocoders.noise_schedule import NoiseSchedule
from vocoders.training.losses import mel_loss
from vocoders.wavegrad import WaveGrad

MANTISSAS = tuple(range(1, 10))


def coordinate_search(cost: Callable[[tuple[float, ...]], float], steps: int = 6, rounds: int = 2) -> tuple[tuple[float, ...], float]:
    """Betas of least cost, and that cost: at most 1 + 8 * steps * rounds evaluations, none of a schedule twice.

    Args:
        cost: of betas (beta_1, ..., beta_N).
        rounds: how often every mantissa is looked at; fewer when nothing changes any more.

    Raises:
        ValueError: without a step or a round.
    """
    if steps < 1 or rounds < 1:
        raise ValueError(f"a search needs a step and a round, not {steps} and {rounds}")
    orders = [10.0 ** float(exponent) for exponent in torch.linspace(-6, -1, steps, dtype=torch.float64)]
    mantissas = [5] * steps
    known: dict[tuple[int, ...], float] = {}

    def judged(row: Sequence[int]) -> float:
        key = tuple(row)
        if key not in known:
            known[key] = cost(tuple(mantissa * order for mantissa, order in zip(key, orders, strict=True)))
        return known[key]

    for _ in range(rounds):
        before = tuple(mantissas)
        # From the noisiest step on: it changes the sound most.
        for place in reversed(range(steps)):
            tried = [[*mantissas[:place], mantissa, *mantissas[place + 1 :]] for mantissa in MANTISSAS]
            mantissas = min(tried, key=judged)
        if tuple(mantissas) == before:
            break
    return tuple(mantissa * order for mantissa, order in zip(mantissas, orders, strict=True)), judged(mantissas)


@torch.no_grad()
def search_schedule(
    vocoder: WaveGrad, waves: Float[torch.Tensor, "batch samples"], log_mel: LogMel, steps: int = 6, rounds: int = 2, seed: int = 0
) -> tuple[tuple[float, ...], float]:
    """The betas with which the vocoder brings the log-mels of `waves` back best, and that error on the scale of `LogMel`.

    The vocoder keeps its own schedule. Takes about 100 calls of the vocoder for six steps: give a few short sounds.
    """
    pictures, own = log_mel(waves), tuple(vocoder.config.betas)

    def cost(betas: tuple[float, ...]) -> float:
        vocoder.set_schedule(NoiseSchedule.of(betas).betas)
        made = vocoder(pictures, generator=torch.Generator().manual_seed(seed))
        return float(mel_loss(made, waves, log_mel).mean())

    try:
        return coordinate_search(cost, steps, rounds)
    finally:
        vocoder.set_schedule(own)
