"""The guides of a call: what the preset holds, at the weights that the call asks for."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ldm.guides.classifier import ClassifierGuide, log_aligned
from ldm.guides.onset import OnsetGuide, expected_onsets
from ldm.guides.role import Guide
from ta_v2a.engine.arguments import Scales
from ta_v2a.engine.devices import woken
from ta_v2a.engine.parts import Parts
from ta_v2a.errors import UserError


def check_classifier(parts: Parts, scales: Scales) -> None:
    """Looks whether a call that asks for the classifier can have it.

    Raises:
        UserError: the preset holds none, or one that learnt from other latents than the denoiser's.
    """
    if not scales.classifier:
        return
    if parts.classifier is None:
        raise UserError("classifier_scale asks for an alignment classifier, and this preset holds none")
    learnt = parts.classifier.process
    if learnt is None or learnt.config != parts.denoiser.process.config:
        raise UserError("the classifier of this preset did not learn from latents as noisy as its denoiser's")


def guides_of(parts: Parts, video: Tensor, decode: Callable[[Tensor], Tensor], scales: Scales) -> list[Guide]:
    """Those whose weight is not 0; the classifier before the onset guide, which looks at the clean estimate
    that it leaves.

    Args:
        video: E_v (batch, tokens, channels).
        decode: clean latents to log-mel.
    """
    guides: list[Guide] = []
    if scales.classifier:
        judge = log_aligned(in_float32(parts.classifier), video)
        until = scales.classifier_until
        guides.append(ClassifierGuide(judge, scales.classifier, scales.classifier_from, until))
    onsets = parts.cvalp.onsets(video) if scales.align else None
    if onsets is not None:
        guides.append(OnsetGuide(decode, expected_onsets(onsets), scales.align))
    return guides


def in_float32(classifier: Any) -> Any:
    """The classifier where it is to run, or one with the same weights in float32: half precision loses what
    little gradient a sure classifier has."""
    classifier = woken(classifier)
    if classifier.dtype == torch.float32:
        return classifier
    copy = type(classifier).from_config(classifier.config)
    copy.load_state_dict(classifier.state_dict())
    return copy.to(classifier.device).eval()
