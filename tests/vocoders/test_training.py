import lightning
import pytest
import torch
from torch.utils.data import DataLoader

from vocoders.istft_net import IstftNet
from vocoders.training import VocoderTraining


@pytest.fixture(scope="module")
def waves(sounds) -> list[dict]:
    return [{"wave": sounds.decaying_tones(seed, 8192, [1000 + 700 * seed])} for seed in range(4)]


def module(total_steps: int, **options) -> VocoderTraining:
    torch.manual_seed(0)
    network = IstftNet(width=16, hidden=24, blocks=1, prior_iterations=2)
    return VocoderTraining(network, total_steps=total_steps, crop_samples=4096, warmup_steps=2, **options)


def trainer(folder, max_epochs: int) -> lightning.Trainer:
    return lightning.Trainer(
        max_epochs=max_epochs, accelerator="cpu", devices=1, logger=False, default_root_dir=folder, enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip


def test_learning_lowers_the_loss(waves) -> None:
    net = module(40).network.train()
    loss = VocoderTraining(net).loss
    true = torch.stack([item["wave"] for item in waves])
    mel = loss.log_mel(true)
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3)
    history = []
    for _ in range(25):
        value, _ = loss(net.synthesise(mel), true)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        history.append(value.item())
    assert history[-1] < 0.98 * history[0]


@pytest.mark.parametrize("adversarial_weight", [0.0, 1.0])
def test_resumed_equals_uninterrupted_and_exports(tmp_path, waves, adversarial_weight: float) -> None:
    def loader() -> DataLoader:
        return DataLoader(waves, batch_size=2, shuffle=False)

    whole = module(4, adversarial_weight=adversarial_weight, export_folder=str(tmp_path / "export"))
    trainer(tmp_path, 2).fit(whole, loader(), loader())
    half = module(4, adversarial_weight=adversarial_weight)
    first = trainer(tmp_path, 1)
    first.fit(half, loader())
    first.save_checkpoint(tmp_path / "half.ckpt")
    resumed = module(4, adversarial_weight=adversarial_weight)
    trainer(tmp_path, 2).fit(resumed, loader(), ckpt_path=tmp_path / "half.ckpt")
    assert int(whole.batches_seen) == int(resumed.batches_seen) == 4
    for name, weights in whole.network.state_dict().items():
        assert torch.equal(weights, resumed.network.state_dict()[name]), name
    exported = IstftNet.from_pretrained(tmp_path / "export")
    assert torch.equal(exported.head.weight, whole.network.head.weight)
