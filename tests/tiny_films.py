"""Networks of films at tiny sizes with random weights, and a published pipeline as diffusers saves one."""

import json
from pathlib import Path

import torch

from ldm.autoencoders.patch_code import PatchCode
from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.denoisers.video_transformer import VideoTransformer

PICTURES, FPS = 32, 15.625


def filled(network: torch.nn.Module) -> torch.nn.Module:
    """No layer left at zero, so that conditions reach the pictures."""
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
    return network


def grown(network):
    """All weights a little elsewhere."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return network


def tiny_code() -> PatchCode:
    """A linear code of pictures of 16 x 16 pixels."""
    made = PatchCode.tiny()
    made.learn(torch.rand(4, 8, 3, 16, 16, generator=torch.Generator().manual_seed(0)))
    return made


def video_parts() -> dict[str, torch.nn.Module]:
    """A head and its code for the tiny pipeline."""
    torch.manual_seed(1)
    head = VideoTransformer.tiny(text_channels=16, pictures=PICTURES, words=5)
    return {"video_head": filled(head).eval(), "video_autoencoder": filled(PictureAutoencoder.tiny()).eval()}


def write_animatediff(folder: Path) -> tuple[Path, Path]:
    """A Stable Diffusion 1 pipeline with motion modules, and a motion adapter, in folders of their own."""
    from diffusers import (
        AnimateDiffPipeline,
        AutoencoderKL,
        DDIMScheduler,
        MotionAdapter,
        UNet2DConditionModel,
    )
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    torch.manual_seed(1)
    letters = ["<|startoftext|>", "<|endoftext|>", *(f"{letter}</w>" for letter in "abcdefgh"), *"abcdefgh"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(letters)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=16)
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(letters),
            hidden_size=16,
            intermediate_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            max_position_embeddings=16,
            bos_token_id=0,
            eos_token_id=1,
        )
    )
    unet = UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=16,
        norm_num_groups=4,
    )
    vae = AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
    )
    sizes = {"motion_layers_per_block": 1, "motion_num_attention_heads": 2, "motion_norm_num_groups": 4}
    adapter = MotionAdapter(block_out_channels=(8, 16), motion_max_seq_length=16, **sizes)
    pipe = AnimateDiffPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet,
        motion_adapter=adapter,
        scheduler=DDIMScheduler(beta_schedule="linear", clip_sample=False),
    )
    pipe.save_pretrained(folder / "pipeline")
    adapter.save_pretrained(folder / "adapter")
    return folder / "pipeline", folder / "adapter"
