"""The server on a Ray cluster: one front that takes requests and keeps the queue, workers on all machines.

    serve run ta_v2a.server.ray_serving:build folder=/mnt/films/ta-v2a workers=8 num_gpus=1

`examples/serving/ray_serve.yaml` says the same as a file. The folder is on a disk that all machines share.
"""

import os
from functools import partial
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from ray import serve

from ta_v2a.jobs.on_ray import RayWorker
from ta_v2a.server.app import PAGE_FOLDER, create_app
from ta_v2a.server.guard import checked_token
from ta_v2a.server.settings import MIB, ServerSettings


class RayArguments(BaseModel):
    """What a deployment is given.

    Attributes:
        folder: of clips, jobs and sounds, at the same place on every machine.
        workers: actors, each with the weights.
        num_cpus, num_gpus: of each.
        loopback: answer to this machine's own names alone, without a token; else TA_V2A_TOKEN is set where
            the front runs.
    """

    folder: str
    workers: int = 2
    preset: str = "mini"
    library: str | None = None
    num_cpus: float = 1
    num_gpus: float = 0
    most_mb: int = 2048
    longest_s: float = 600.0
    loopback: bool = False


def ray_settings(given: RayArguments) -> ServerSettings:
    """The front's settings, where it runs.

    Raises:
        UserError: the token is missing or of no use.
    """
    token = checked_token(
        os.environ.get("TA_V2A_TOKEN") or None, "127.0.0.1" if given.loopback else "0.0.0.0"
    )
    return ServerSettings(
        folder=Path(given.folder),
        preset=given.preset,
        library=given.library,
        workers=given.workers,
        token=token,
        page=PAGE_FOLDER if (PAGE_FOLDER / "index.html").is_file() else None,
        most_bytes=given.most_mb * MIB,
        longest_s=given.longest_s,
    )


def build(given: RayArguments) -> serve.Application:
    """The application that `serve run` and `serve deploy` start; its one front holds the queue."""
    worker: Any = partial(RayWorker, num_cpus=given.num_cpus, num_gpus=given.num_gpus)

    @serve.deployment(
        name="ta-v2a", num_replicas=1, max_ongoing_requests=512, ray_actor_options={"num_cpus": 0.5}
    )
    @serve.ingress(lambda: create_app(ray_settings(given), worker))
    class Front:
        """Nothing but the application."""

    return cast(Any, Front).bind()
