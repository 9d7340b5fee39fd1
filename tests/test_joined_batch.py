"""Several processes learn what one would from their joined batch: every trainer, in two real processes over
gloo and in one."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import trainers_in_processes as processes

import cvalp
import ldm
import ta_v2a
import vocoders
from cvalp.training.joined_norms import JoinedBatchNorm, join_norms
from vocoders.training.joined_batch import joined_dropout

HERE, WORLD = Path(__file__).parent, 2
State = dict[str, torch.Tensor]


@pytest.fixture(scope="module")
def states(tmp_path_factory) -> dict[str, list[State]]:
    """By trainer: the states of the processes, then that of one process with the joined batches."""
    folder = tmp_path_factory.mktemp("processes")
    paths = os.pathsep.join((str(HERE.parent), str(HERE)))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    ranks = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", processes.__file__, str(rank), str(WORLD), str(folder)],
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for rank in range(WORLD)
    ]
    try:
        (folder / "alone").mkdir()
        alone = {name: processes.trained(name, folder / "alone") for name in processes.CASES}
        alone["crops"] = processes.crops()
        alone["rows_from_memory"] = processes.rows_from_memory()
        alone["unequal_rows"] = processes.unequal_rows()
        said = [rank.communicate(timeout=240)[0] for rank in ranks]
    finally:
        for rank in ranks:
            rank.kill()  # one that waits for the other, which failed, would wait for long
    assert [rank.returncode for rank in ranks] == [0] * WORLD, "\n".join(said)
    return {
        name: [
            *(torch.load(folder / f"{name}-{rank}.pt", weights_only=True) for rank in range(WORLD)),
            alone[name],
        ]
        for name in alone
    }


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", processes.CASES)
def test_after_three_steps_all_processes_hold_the_same(states, name):
    """Weights, norms, feature and latent statistics, moving averages, temperatures, counters: bit by bit."""
    first, second, _ = states[name]
    assert first.keys() == second.keys()
    for key, value in first.items():
        assert torch.equal(second[key], value), key


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [name for name in processes.CASES if name != "paper_in_chunks"])
def test_and_what_one_process_would_have_learnt_from_the_joined_batches(states, name):
    """Noise, times, crops, levels, disguises, dropped words and dropout included. (A chunk's dropout is drawn
    process by process.)"""
    found, _, expected = states[name]
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        torch.testing.assert_close(
            found[key], value, atol=1e-5, rtol=1e-4, msg=lambda text, key=key: f"{key}: {text}"
        )


@pytest.mark.filterwarnings("ignore")
def test_the_first_statistics_are_those_of_the_joined_batch(states):
    torch.manual_seed(0)
    _, batch = processes.CASES["ldm"](HERE)
    video = batch(torch.Generator().manual_seed(1))["video"]
    for part in ("network", "ema.network"):
        torch.testing.assert_close(states["ldm"][0][f"{part}.mixer.video_mean"], video.mean((0, 1)))
    trained, averaged = (
        states["ldm"][0][f"{part}.latents_out.weight"] for part in ("network", "ema.network")
    )
    assert not torch.equal(trained, averaged) and int(states["ldm"][0]["ema.updates"]) == processes.STEPS
    assert not torch.equal(states["vae"][0]["network.latent_scale"], torch.ones(4))


@pytest.mark.filterwarnings("ignore")
def test_crops_begin_where_those_of_the_joined_batch_do(states):
    """Of one length in all processes, at places of their own."""
    first, second, together = states["crops"]
    for name, expected in together.items():
        assert torch.equal(torch.cat([first[name], second[name]]), expected)
        assert not torch.equal(first[name], second[name])


@pytest.mark.filterwarnings("ignore")
def test_rows_from_memory_are_those_of_the_joined_batch(states):
    first, second, together = states["rows_from_memory"]
    assert len(together) == processes.STEPS
    for name, expected in together.items():
        assert torch.equal(torch.cat([first[name], second[name]]), expected)


@pytest.mark.filterwarnings("ignore")
def test_rows_that_one_process_made_are_everyones(states):
    first, second, alone = states["unequal_rows"]
    assert first.keys() == alone.keys() == {"numbers", "told"}
    for name, expected in alone.items():
        assert torch.equal(first[name], expected) and torch.equal(second[name], expected)


def test_every_trainer_is_tried():
    """Every trainer of the packages; no LightningModule is another's child."""
    packages = [Path(package.__file__).parent for package in (cvalp, ldm, vocoders, ta_v2a)]
    sources = "\n".join(file.read_text() for folder in packages for file in folder.rglob("*.py"))
    bases = ["Training", "JointTraining", "Averaging", "Paced"]
    wanted = set(re.findall(rf"^class (\w+)\((?:{'|'.join(bases)})\)", sources, re.MULTILINE)) - {*bases}
    assert re.findall(r"^class (\w+)\([\w.]*LightningModule\)", sources, re.MULTILINE) == ["Training"]
    tried = (HERE / "tiny_trainers.py").read_text()
    assert len(wanted) == 17 and all(f"{name}(" in tried for name in wanted), wanted


def test_a_joined_norm_alone_is_the_norm_it_replaces():
    inputs = 3 + 2 * torch.randn(5, 3, 6, 6, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    outcomes = []
    for joins in (False, True):
        torch.manual_seed(1)
        inner = torch.nn.Sequential(torch.nn.Conv2d(4, 4, 3), torch.nn.BatchNorm2d(4, momentum=None))
        copy = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.BatchNorm2d(4), inner).double()
        if joins:
            join_norms(copy, torch.device("cpu"))
            assert isinstance(copy[1], JoinedBatchNorm) and isinstance(copy[2][1], JoinedBatchNorm)
        outputs = [copy(inputs), copy(inputs + 1)]
        (outputs[0] * torch.linspace(-1, 1, 4)[:, None, None]).exp().sum().backward()
        gradients = {name: parameter.grad for name, parameter in copy.named_parameters()}
        outcomes.append([*outputs, copy.eval()(inputs), gradients, copy.state_dict()])
    plain, replaced = outcomes
    for expected, found in zip(plain, replaced, strict=True):
        torch.testing.assert_close(found, expected)


def test_a_joined_norm_reads_bfloat16_as_the_norm_it_replaces():
    """In half precision, as under autocast, statistics and parameters stay in float32."""
    inputs = 3 + 2 * torch.randn(5, 4, 6, 6, generator=torch.Generator().manual_seed(0))
    found = []
    for kind in (torch.nn.BatchNorm2d, JoinedBatchNorm):
        for affine in (True, False):
            norm, x = kind(4, affine=affine), inputs.bfloat16().requires_grad_()
            out = norm(x)
            (out.float() * torch.linspace(-1, 1, 6)).square().sum().backward()
            assert out.dtype == torch.bfloat16
            given = [each.grad for each in norm.parameters()]
            found.append([out, x.grad, *given, *norm.state_dict().values()])
    for plain, joins in ((found[0], found[2]), (found[1], found[3])):
        for expected, other in zip(plain, joins, strict=True):
            torch.testing.assert_close(other, expected, rtol=0.02, atol=0.02)


def test_dropout_alone_draws_what_it_always_drew():
    thinning, values = torch.nn.Dropout(0.3), torch.ones(4, 50)
    torch.manual_seed(0)
    expected = thinning(values)
    torch.manual_seed(0)
    with joined_dropout():
        assert torch.equal(thinning(values), expected)
