"""How UniForm learns: one task a batch, and the squared error of what that task asks for."""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from ldm.denoisers.uniform_layouts import JOINT_TASKS
from ldm.denoisers.uniform_transformer import UniformTransformer
from ldm.training.diffusion import weighted_square
from ldm.training.joint import Batch, JointTraining, rows_of_noise, rows_of_uniform, told
from vocoders.training.shared import start_from

ASKED = {
    "t2av": ("audio", "video"),
    "a2v": ("video",),
    "v2a": ("audio",),
    "t2a": ("audio",),
    "t2v": ("video",),
}
"""What every task generates."""
ABSENT = {"t2a": "video", "t2v": "audio"}
"""What it has no part of."""


class UniformTraining(JointTraining):
    """Trains `UniformTransformer` on its tasks (UniForm eq. 1 to 3); each modality's error is a mean of its
    own, so that L_av = L_a + L_v.

    Args:
        network: its `condition_noise` says how what is given is noised. With "independent_t" every modality
            that is there is predicted, whatever was drawn as given.
        tasks: shares of the batches by name; the paper's are the first three alike.
        drop_text: share of rows that see no text (paper: 0.5).
        lr, weight_decay, betas, warmup_steps, max_steps, time_shift, ema_decay, seed, export_folder: as
            `TwoStreamTraining`'s.
        checkpoint: of an earlier run, or its component's folder.

    Raises:
        ValueError: shares of unknown tasks, or that do not sum to 1.
    """

    def __init__(
        self,
        network: UniformTransformer,
        tasks: Mapping[str, float] | None = None,
        lr: float = 5e-4,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 100,
        max_steps: int | None = 4000,
        drop_text: float = 0.5,
        time_shift: float = 3.0,
        ema_decay: float = 0.999,
        seed: int = 0,
        checkpoint: str | None = None,
        export_folder: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.tasks = dict(tasks or dict.fromkeys(JOINT_TASKS[:3], 1 / 3))
        if not self.tasks.keys() <= set(JOINT_TASKS) or abs(sum(self.tasks.values()) - 1) > 1e-6:
            raise ValueError(f"shares of {', '.join(JOINT_TASKS)} sum to 1, unlike {self.tasks}")
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.average(network, ema_decay)

    def mixers(self) -> list[Any]:
        return [] if self.hparams.checkpoint else [cast(UniformTransformer, self.network).mixer]

    def terms(
        self, network: UniformTransformer, batch: Batch, generator: torch.Generator, times: Tensor | None
    ) -> dict[str, Tensor]:
        shares = torch.tensor(list(self.tasks.values()), device=generator.device)
        drawn = int(torch.multinomial(shares, 1, generator=generator))
        return self.task_terms(list(self.tasks)[drawn], network, batch, generator, times)

    def task_terms(
        self,
        task: str,
        network: UniformTransformer,
        batch: Batch,
        generator: torch.Generator,
        times: Tensor | None,
    ) -> dict[str, Tensor]:
        """The error of what one task asks for, by modality."""
        p, process, how = self.hparams, network.process, network.config.condition_noise
        data = {name: batch[name].float() for name in ("audio", "video")}
        noise = {name: rows_of_noise(value, generator) for name, value in data.items()}
        drawn = {
            name: process.times(rows_of_uniform(value, generator), p.time_shift)
            for name, value in data.items()
        }
        conditions = told(batch, p.drop_text, generator, times is not None)
        asked, absent = ASKED[task], ABSENT.get(task)
        if times is not None or how != "independent_t":
            one = drawn["audio"] if times is None else times
            drawn = {"audio": one, "video": one}
        everywhere = torch.ones(len(data["audio"]), dtype=torch.bool, device=self.device)
        here = {name: everywhere & (name != absent) for name in data}
        noisy, at = {}, {}
        for name, value in data.items():
            given = name not in asked and name != absent
            clean = given and (how == "clean" or (how == "independent_t" and times is not None))
            at[name] = torch.zeros_like(drawn[name]) if clean else drawn[name]
            noisy[name] = value if clean else process.noisy(value, noise[name], drawn[name])
        named = "t2av" if how == "independent_t" and absent is None else task
        number = torch.full_like(everywhere, JOINT_TASKS.index(named), dtype=torch.long)
        text = network.mixer(conditions, len(everywhere), 1)
        found = network.at_times(noisy["audio"], noisy["video"], at, here, text, number)
        if how == "independent_t" and times is None and absent is None:
            asked = ("audio", "video")
        terms = {}
        total = sum(0.0 * value.float().sum() for _, value in found.items())  # every weight has a gradient
        for name, value in found.items():
            if name in asked:
                error = value.float() - process.target(data[name], noise[name], drawn[name])
                terms[name] = weighted_square(error, batch.get("importance") if name == "audio" else None)
                total = total + terms[name]
        return {**terms, "total": cast(Tensor, total)}

    def _validate(self, batch: Batch, generator: torch.Generator, times: Tensor, prefix: str = "") -> None:
        """Every task that is trained."""
        for task in self.tasks:
            terms = self.task_terms(task, self.used, batch, generator, times)
            named = {f"validation/{task}_{name}": value for name, value in terms.items() if name != "total"}
            self.log_dict(named, batch_size=len(batch["text"]), sync_dist=True)
