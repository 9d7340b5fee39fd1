"""`ta-v2a train STAGE`: LightningCLI on the stage's module and data, from packaged or given YAML."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from .errors import UserError

# stage -> (package of its configurations, name of the packaged one)
STAGES: dict[str, tuple[str, str]] = {
    "cvalp": ("cvalp.configs", "mini.yaml"),
    "text": ("cvalp.configs", "text.yaml"),
    "video": ("cvalp.configs", "video.yaml"),
    "vae": ("ldm.configs", "vae.yaml"),
    "ldm": ("ldm.configs", "ldm.yaml"),
    "vocoder": ("vocoders.configs", "mini.yaml"),
    "bandwidth": ("vocoders.configs", "bandwidth.yaml"),
    "classifier": ("ta_v2a.evaluation.configs", "listener.yaml"),
}


def config_file(stage: str, name: str) -> Path:
    """A packaged configuration ("mini", or the name of another one of the stage's package, such as "paper") or a YAML file of the user's.

    Raises:
        UserError: if there is no such stage or file.
    """
    if stage not in STAGES:
        raise UserError(f"no training stage {stage!r}; there are {', '.join(STAGES)}")
    given = Path(name)
    if given.is_file():
        return given
    package, packaged = STAGES[stage]
    parent, _, folder = package.rpartition(".")
    configs = files(parent) / folder
    resource = configs / (packaged if name == "mini" else f"{name}.yaml")
    if not name.replace("-", "").isalnum() or not resource.is_file():
        raise UserError(f"no configuration {name!r}: give a YAML file, or mini for the packaged one")
    with as_file(resource) as path:
        return path


def run_stage(stage: str, configs: list[str], arguments: list[str]) -> dict[str, Any]:
    """Trains one stage.

    Args:
        stage: key of `STAGES`.
        configs: YAML files or "mini", later ones override earlier ones.
        arguments: further options of LightningCLI, such as ["--trainer.max_steps", "100", "--ckpt_path", "last"].

    Returns:
        {"stage", "steps", "checkpoint": path of the last one or None, "metrics": the last logged}.

    Raises:
        UserError: if a configuration cannot be found, or LightningCLI refuses the options.
    """
    paths = [config_file(stage, name) for name in configs]
    from lightning import LightningDataModule, LightningModule
    from lightning.pytorch.cli import LightningCLI

    options = [option for path in paths for option in ("--config", str(path))]
    try:
        cli = LightningCLI(
            LightningModule,
            LightningDataModule,
            subclass_mode_model=True,
            subclass_mode_data=True,
            save_config_kwargs={"overwrite": True},
            args=["fit", *options, *arguments],
        )
    except SystemExit as error:  # the parser has printed which option is wrong
        if error.code:
            raise UserError(f"the configuration of {stage} was refused, see the lines above") from error
        return {"stage": stage, "steps": 0, "checkpoint": None, "metrics": {}}
    callback = cli.trainer.checkpoint_callback
    metrics = {name: round(float(value), 5) for name, value in cli.trainer.callback_metrics.items()}
    last = getattr(callback, "last_model_path", "") or getattr(callback, "best_model_path", "")
    return {"stage": stage, "steps": cli.trainer.global_step, "checkpoint": last or None, "metrics": metrics}
