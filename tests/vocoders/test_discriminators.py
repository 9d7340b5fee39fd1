import pytest
import torch

from vocoders.training.discriminators import (
    Discriminators,
    PeriodDiscriminator,
    adversarial_loss,
    by_period,
    discriminator_loss,
    feature_loss,
)


@pytest.fixture
def judge() -> Discriminators:
    torch.manual_seed(0)
    return Discriminators(periods=(2, 3), fft_sizes=(256, 512), period_width=4, spectrum_width=4)


@pytest.mark.parametrize("period", [2, 3, 5, 7, 11])
@pytest.mark.parametrize("samples", [1, 10, 385, 770])
def test_periods_keep_every_sample_and_add_silence_alone(period: int, samples: int) -> None:
    waves = torch.arange(1, 2 * samples + 1).float().view(2, samples)
    phases = by_period(waves, period).view(2, period, -1)
    for start in range(period):
        taken = waves[:, start::period]
        assert torch.equal(phases[:, start, : taken.shape[1]], taken)
        assert phases.shape[-1] - taken.shape[1] in (0, 1) and not phases[:, start, taken.shape[1] :].any()
    assert torch.equal(phases.transpose(1, 2).reshape(2, -1)[:, :samples], waves)


def test_a_delay_of_one_sample_moves_every_phase_to_the_next() -> None:
    torch.manual_seed(1)
    judge, wave = PeriodDiscriminator(3, width=4), torch.randn(1, 300)
    earlier = judge(wave[:, :297])[0]
    later = judge(torch.nn.functional.pad(wave[:, :297], (1, 2)))[0]
    assert torch.allclose(later[1, :, : earlier.shape[-1] - 2], earlier[0, :, :-2], atol=1e-6)
    assert torch.allclose(later[2, :, : earlier.shape[-1] - 2], earlier[1, :, :-2], atol=1e-6)


@pytest.mark.parametrize("samples", [1024, 1027])
def test_every_member_judges_every_sound_by_itself(judge: Discriminators, samples: int) -> None:
    torch.manual_seed(2)
    waves = 0.1 * torch.randn(3, samples)
    judged = judge(waves)
    assert [len(features) for _, features in judged] == [5, 5, 4, 4]
    assert [scores.shape[0] for scores, _ in judged] == [3 * 2, 3 * 3, 3, 3]
    for member, (scores, _) in zip(judge.members, judged, strict=True):
        alone, _ = member(waves[1:2])
        assert torch.allclose(alone, scores.view(3, -1, *scores.shape[1:])[1], atol=1e-5)


def test_adversarial_terms(judge: Discriminators) -> None:
    wave = torch.randn(2, 4096, generator=torch.Generator().manual_seed(0))
    judged = judge(wave)
    assert feature_loss(judged, judge(wave)) == 0 and feature_loss(judged, judge(0.5 * wave)) > 0
    perfect = [(torch.ones(2, 1, 3, 3), [])]
    fooled_not = [(torch.zeros(2, 1, 3, 3), [])]
    assert discriminator_loss(perfect, fooled_not) == 0 and adversarial_loss(perfect) == 0 and adversarial_loss(fooled_not) == 1
    # each member counts the same, however many scores it gives
    assert adversarial_loss(perfect * 3 + [(torch.zeros(1, 1, 50), [])]) == 0.25
    assert discriminator_loss(perfect * 2, [*perfect, *fooled_not]) == 0.5


@pytest.mark.parametrize("level", [0.0, 1e-4, 0.3, 3.0])
def test_gradients_of_both_losses_reach_the_generator(judge: Discriminators, level: float) -> None:
    torch.manual_seed(3)
    true = judge(0.3 * torch.randn(2, 2048))
    for loss in (adversarial_loss, lambda judged: feature_loss(true, judged)):
        made = (level * torch.randn(2, 2048)).requires_grad_()
        loss(judge(made)).backward()
        assert made.grad.isfinite().all() and (made.grad.abs().sum(1) > 0).all()
        for member in judge.members:
            alone = (level * torch.randn(2, 2048)).requires_grad_()
            adversarial_loss([member(alone)]).backward()
            assert alone.grad.isfinite().all() and (alone.grad.abs().sum(1) > 0).all()


def test_every_member_learns_to_tell(judge: Discriminators, sounds) -> None:
    """Tones against noise of the same level: after a few steps each member's own scores tell them apart."""
    torch.manual_seed(4)
    true = torch.stack([sounds.decaying_tones(seed, 2048, [0]) for seed in range(4)])
    false = true.square().mean().sqrt() * torch.randn(4, 2048)
    optimizer = torch.optim.AdamW(judge.parameters(), 1e-2)
    for _ in range(40):
        loss = discriminator_loss(judge(true), judge(false))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    for (yes, _), (no, _) in zip(judge(true), judge(false), strict=True):
        assert yes.mean() - no.mean() > 0.3
