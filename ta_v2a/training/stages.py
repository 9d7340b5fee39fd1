"""`ta-v2a train STAGE`: LightningCLI on the stage's module and data, from packaged or given YAML."""

import atexit
import logging
import warnings
from contextlib import ExitStack
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from string import Template
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.system.user_files import is_file

# stage -> (package of its configurations, name of the packaged one)
STAGES: dict[str, tuple[str, str]] = {
    "cvalp": ("cvalp.configs", "mini.yaml"),
    "text": ("cvalp.configs", "text.yaml"),
    "video": ("cvalp.configs", "video.yaml"),
    "vae": ("ldm.configs", "vae.yaml"),
    "ldm": ("ldm.configs", "ldm.yaml"),
    "vocoder": ("vocoders.configs", "mini.yaml"),
    "bandwidth": ("vocoders.configs", "bandwidth.yaml"),
    "classifier": ("ldm.configs", "classifier.yaml"),
    "joint": ("ldm.configs", "two-stream.yaml"),
    "video-vae": ("ldm.configs", "video-vae.yaml"),
    "video-head": ("ldm.configs", "video-head.yaml"),
    "listener": ("ta_v2a.evaluation.configs", "listener.yaml"),
}


MANY_DEVICES = ("ddp", "fsdp")


def config_file(stage: str, name: str) -> Path:
    """A packaged configuration ("mini", or the name of another one of the stage's package, such as
    "paper") or a YAML file of the user's.

    The path holds until the program ends.

    Raises:
        UserError: if there is no such stage or file.
    """
    if stage not in STAGES:
        raise UserError(f"no training stage {stage!r}; there are {', '.join(STAGES)}")
    given = Path(name)
    if is_file(given):
        return given
    package, packaged = STAGES[stage]
    parent, _, folder = package.rpartition(".")
    configs = files(parent) / folder
    resource = configs / (packaged if name == "mini" else f"{name}.yaml")
    if not name.replace("-", "").isalnum() or len(name) > 80 or not resource.is_file():
        told = name if len(name) <= 80 else name[:79] + "…"
        raise UserError(f"no configuration {told!r}: give a YAML file, or mini for the packaged one")
    return _packaged_files().enter_context(as_file(resource))


@cache
def _packaged_files() -> ExitStack:
    """Keeps packaged files at their paths until the program ends; those of a package in a zip
    are unpacked for that long."""
    files_in_use = ExitStack()
    atexit.register(files_in_use.close)
    return files_in_use


def base_config(stage: str, configs: list[str]) -> str:
    """The YAML that every training begins with, filled in with the precision that this machine is fast in and
    with the name of the run: that of the last packaged configuration, or the stage's where that is "mini" or
    all are files of the user's. One of `MANY_DEVICES` says only where it runs: it is added to the name of the
    one before."""
    import torch

    from ta_v2a.engine.devices import fast_dtype

    packaged = [name for name in configs if name != "mini" and not is_file(Path(name))]
    shared = (files("ta_v2a.training") / "configs" / "base.yaml").read_text(encoding="utf-8")
    told = 2 if packaged and packaged[-1] in MANY_DEVICES else 1
    fast = fast_dtype(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    precision = "32-true" if fast is None else "bf16-mixed"
    return Template(shared).substitute(run="-".join(packaged[-told:]) or stage, precision=precision)


def run_stage(stage: str, configs: list[str], arguments: list[str]) -> dict[str, Any]:
    """Trains one stage.

    Args:
        stage: key of `STAGES`.
        configs: YAML files, or names of packaged ones such as "mini"; later ones override earlier ones, and
            all of them `base_config`.
        arguments: further options of LightningCLI, such as ["--trainer.max_steps",
            "100", "--ckpt_path", "last"].

    Returns:
        {"stage", "steps", "checkpoint": path of the last one or None, "metrics": the last logged}.

    Raises:
        UserError: if a configuration cannot be found or read, or names what is not there, or
            LightningCLI refuses the options.
    """
    paths = [config_file(stage, name) for name in configs]
    from jsonargparse import ArgumentError
    from lightning import LightningDataModule, LightningModule
    from lightning.pytorch.cli import LightningCLI

    class Training(LightningCLI):
        """Whatever a file of the user's or a constructor refuses is said in one line,
        before anything is written."""

        def parse_arguments(self, parser: Any, args: Any) -> None:
            super().parse_arguments(parser, args)
            self.resumed = _resumed(self.config.fit.ckpt_path)

        def instantiate_classes(self) -> None:
            try:
                super().instantiate_classes()
            except UserError:
                raise
            except Exception as error:  # a constructor may refuse a configuration in any way
                raise UserError(f"the configuration of {stage} cannot be used: {_reason(error)}") from error

        def after_instantiate_classes(self) -> None:
            if self.resumed is not None:
                _check_fits(self.model, *self.resumed)
                self.resumed = None

    for name in ("lightning.pytorch", "lightning.fabric"):  # devices, seeds, advertisements
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", "LightningCLI's args parameter is intended to run from within Python")
    yamls = [base_config(stage, configs), *map(str, paths)]
    options = [option for each in yamls for option in ("--config", each)]
    strict = {"exit_on_error": False}
    try:
        cli = Training(
            LightningModule,
            LightningDataModule,
            subclass_mode_model=True,
            subclass_mode_data=True,
            save_config_kwargs={"overwrite": True},
            parser_kwargs={**strict, "fit": strict},
            args=["fit", *options, *arguments],
        )
    except UserError as error:
        raise UserError(_without_traceback(str(error))) from error
    except (ArgumentError, UnicodeDecodeError) as error:
        raise UserError(f"the configuration of {stage} was refused: {one_line(error)}") from error
    except OSError as error:
        raise UserError(f"the training of {stage} ended: {one_line(error)}") from error
    except SystemExit as error:
        if error.code:
            raise UserError(f"the training of {stage} ended early, see the lines above") from error
        return {"stage": stage, "steps": 0, "checkpoint": None, "metrics": {}}  # --help
    callback = cli.trainer.checkpoint_callback
    metrics = {name: round(float(value), 5) for name, value in cli.trainer.callback_metrics.items()}
    last = getattr(callback, "last_model_path", "") or getattr(callback, "best_model_path", "")
    return {"stage": stage, "steps": cli.trainer.global_step, "checkpoint": last or None, "metrics": metrics}


def _without_traceback(said: str) -> str:
    """What an error says that a loader's worker process has wrapped in the story of how it came about."""
    return said.rpartition("UserError: ")[2].strip() if said.startswith("Caught UserError in ") else said


def _reason(error: Exception) -> str:
    """Of jsonargparse's several reasons, one for every type that something might have had, the first."""
    reasons = [
        line.strip().removeprefix("- ") for line in str(error).splitlines() if line.strip().startswith("- ")
    ]
    return reasons[0] if reasons else one_line(error)


def _resumed(path: str | None) -> tuple[str, dict[str, Any]] | None:
    """The file and the state dict of a `--ckpt_path`; None where Lightning itself looks
    for the file. No code in it runs.

    Raises:
        UserError: it is no Lightning checkpoint.
    """
    if path is None or path in ("last", "best", "hpc", "registry") or "://" in path:
        return None
    from ta_v2a.presets.checkpoint import read_checkpoint

    content = read_checkpoint(Path(path))
    state = content.get("state_dict") if isinstance(content, dict) else None
    if not isinstance(state, dict) or "pytorch-lightning_version" not in content:
        raise UserError(f"{path} is no checkpoint of a training")
    return path, state


def _check_fits(model: Any, path: str, state: dict[str, Any]) -> None:
    """Raises UserError where a checkpoint is of another model."""
    own = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    other = [
        name
        for name in own.keys() | state.keys()
        if tuple(getattr(state.get(name), "shape", (-1,))) != own.get(name)
    ]
    if other:
        raise UserError(
            f"{path} is a checkpoint of another model: {len(other)} weights differ, such as "
            f"{min(other, key=str)}"
        )
