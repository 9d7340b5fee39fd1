"""`stage-bench-v1`: a fixed list of scenes, so that figures of different months compare. Its hash
covers what happens, not pixels."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.stage.scene.scene import SPLITS, Scene, plan

NAME = "stage-bench-v1"
SCENES = 1000
SHA256 = "d0a84a81d024753bde9db12d34f1a418fa56c099f7ae5c72380dd909e0453b14"


def bench_seeds() -> Sequence[int]:
    """The first 1,000 seeds of the test split."""
    return SPLITS["test"][:SCENES]


def facts(scene: Scene) -> dict[str, Any]:
    """What a scene's score depends on: what sounds and is seen, when (whole microseconds), how
    strongly, and how it is described."""
    sources = []
    for source in scene.sources:
        events = [[round(event.time_s * 1e6), round(event.intensity * 1e3)] for event in source.events]
        sources.append([source.kind, source.look, source.action, events])
    return {"seed": scene.seed, "caption": scene.caption, "sources": sources}


def facts_sha256(seeds: Sequence[int]) -> str:
    """SHA-256 over the facts of scenes, in order."""
    digest = hashlib.sha256()
    for seed in seeds:
        digest.update(
            json.dumps(facts(plan(int(seed))), separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        )
    return digest.hexdigest()


@lru_cache(maxsize=1)
def checked_bench() -> dict[str, Any]:
    """Name, hash and size of the benchmark, after its scenes were planned and compared with the hash.

    Raises:
        UserError: if this version of the stage plans other scenes; its figures must
            not carry the benchmark's name.
    """
    found = facts_sha256(bench_seeds())
    if found != SHA256:
        hashes = f"SHA-256 {found[:12]}..., not {SHA256[:12]}..."
        raise UserError(
            f"this version plans other scenes than {NAME} ({hashes}): use a release that knows it"
        )
    return {"name": NAME, "sha256": SHA256, "scenes": SCENES}
