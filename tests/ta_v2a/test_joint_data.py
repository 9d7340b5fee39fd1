"""What the joint models train on: the same latents for the same seeds, wordings in turn, shards that are
checked."""

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader

from ldm.autoencoders.film_code import FilmCode
from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ta_v2a.data.joint_latents import JointLatents, JointRows, as_batch, read_joint_rows
from ta_v2a.data.joint_scenes import AudibleScenes, JointScenes, captions_of
from ta_v2a.errors import UserError
from ta_v2a.stage.clean.scenes import plan_clean, wordings
from vocoders.clock import ClipSpec


def rows() -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    return {
        "audio": torch.randn(6, 4, 8, generator=g).half(),
        "video": torch.randn(6, 3, 8, 2, 2, generator=g).half(),
        "text": torch.randn(6, 4, 5, generator=g).half(),
    }


def test_a_batch_is_its_rows_and_wordings_come_in_turn():
    whole = JointRows(rows(), epoch=1)
    batch = next(iter(DataLoader(whole, 4, collate_fn=as_batch)))
    for index in range(4):
        for name, value in whole[index].items():
            assert torch.equal(batch[name][index], value) and value.dtype == torch.float32
        assert torch.equal(batch["text"][index], rows()["text"][index, (1 + index) % 4].float())
    assert not torch.equal(JointRows(rows(), epoch=2)[0]["text"], whole[0]["text"])


def test_a_text_with_its_words_is_one_of_the_wordings():
    told = {"text": torch.randn(6, 4, 3, 5).half(), "has_text": torch.rand(6, 4, 3) < 0.5}
    batch = JointRows({**rows(), **told}, epoch=2).__getitems__([0, 3])
    assert torch.equal(batch["text"], told["text"][[0, 3], [2, 1]].float())
    assert torch.equal(batch["has_text"], told["has_text"][[0, 3], [2, 1]])


def test_a_picture_code_that_is_none_or_of_another_size_is_refused(tmp_path):
    PictureAutoencoder.tiny().save_pretrained(tmp_path / "other")
    FilmCode.tiny().save_pretrained(tmp_path / "code")
    for folder, px, reason in (
        ("nowhere", 32, "nowhere"),
        ("other", 32, "names PictureAutoencoder"),
        ("code", 48, "pictures of 32 pixels, not 48"),
    ):
        with pytest.raises(UserError, match=reason):
            JointScenes(picture_code=str(tmp_path / folder), picture_px=px).code()
    assert isinstance(JointScenes(picture_code=str(tmp_path / "code"), picture_px=32).code(), FilmCode)


def test_shards_that_are_none_or_do_not_go_together_are_refused(tmp_path):
    with pytest.raises(UserError, match="no such folder"):
        JointLatents(str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="no shards"):
        JointLatents(str(tmp_path)).setup("fit")
    first, second = tmp_path / "train-0.safetensors", tmp_path / "train-1.safetensors"
    save_file(rows(), first)
    save_file({**rows(), "audio": torch.randn(6, 4, 9)}, second)
    with pytest.raises(UserError, match="several shapes"):
        read_joint_rows([first, second])
    save_file({"audio": torch.randn(6, 4, 8)}, second)
    with pytest.raises(UserError, match="lacks video, text"):
        read_joint_rows([second])
    second.write_bytes(b"no")
    with pytest.raises(UserError, match="holds no latents"):
        read_joint_rows([second])


def test_scenes_become_latents_once_and_a_damaged_shard_is_made_again(tmp_path):
    settings = {"scenes": 3, "validation_scenes": 2, "duration_s": 1.024, "pictures": 16, "workers": 0}
    data = JointScenes(**settings, batch_size=2, cache=str(tmp_path))
    data.prepare_data()
    data.setup("fit")
    files = [file for split in ("train", "validation") for file, _ in data.shards(split)]
    first = {name: value.clone() for name, value in load_file(files[0]).items()}  # the file is damaged below
    assert first["audio"].shape == (3, 48, 16) and first["video"].shape == (3, 24, 16, 6, 6)
    assert first["sound"].shape == (3, 16, 256) and first["text"].shape == (3, 4, 256)
    assert [len(words) for words in captions_of(files[0])] == [4, 4, 4]
    assert 0.3 < float(first["video"].float().square().mean()) < 3
    before, code = files[0].read_bytes(), (data.folder / "code" / "config.json").stat().st_mtime_ns
    files[0].write_bytes(before[:100])
    again = JointScenes(**settings, batch_size=2, cache=str(tmp_path))
    again.prepare_data()
    assert (again.folder / "code" / "config.json").stat().st_mtime_ns == code
    for name, value in load_file(files[0]).items():
        torch.testing.assert_close(value, first[name], atol=2e-3, rtol=2e-3)
    batch = next(iter(data.train_dataloader()))
    assert batch["audio"].shape == (2, 48, 16) and batch["text"].shape == (2, 256)


def test_clean_scenes_have_wordings_of_their_act(tmp_path):
    scenes = AudibleScenes(range(2), ClipSpec(duration_s=2.048), 8, 16, setting="clean")
    item, scene = scenes[1], plan_clean(1, 2.048)
    assert item["frames"].shape == (8, 16, 16, 3) and item["captions"] == wordings(scene, 4)
    assert item["frames"].float().std() > 0.01 and item["wave"].abs().max() > 0.01
    wild = JointScenes(cache=str(tmp_path)).folder
    assert wild != JointScenes(cache=str(tmp_path), setting="clean").folder
    with pytest.raises(UserError, match="2 s or more, not 1: duration_s"):
        JointScenes(cache=str(tmp_path), setting="clean", duration_s=1.0)
