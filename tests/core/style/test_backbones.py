"""VGG19 is torchvision's; a file of the data root, a download, a record: each is found or plainly missed."""

from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file

from core.style.backbones import BACKBONES, LOCAL, Vgg19, backbone, normalised


@pytest.fixture
def torchvisions():
    """Torchvision's convolutions of VGG19, without its dense layers, and their random weights by name."""
    from torchvision.models.vgg import cfgs, make_layers

    torch.manual_seed(0)
    features = make_layers(cfgs["E"]).eval()
    return features, {f"features.{key}": value for key, value in features.state_dict().items()}


@torch.inference_mode()
def test_vgg19_is_that_of_torchvision(torchvisions) -> None:
    features, weights = torchvisions
    network = Vgg19().eval()
    network.load_state_dict(normalised(weights, network))
    x = torch.rand((2, 3, 32, 32), generator=torch.Generator().manual_seed(1))
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected, passed = [], (x - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    for position, layer in enumerate(features):
        passed = layer(passed)
        if position in (1, 6, 11, 20, 29):  # after the ReLU of conv1_1 … conv5_1
            expected.append(passed.clone())
    for ours, theirs in zip(network.responses(x), expected, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    assert network.layers == ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


def test_the_local_file_is_read_with_its_own_padding_and_pooling(tmp_path: Path) -> None:
    torch.manual_seed(0)
    stored = Vgg19(blocks=3)
    (tmp_path / LOCAL).parent.mkdir()
    save_file(stored.state_dict(), tmp_path / LOCAL)
    network = backbone("vgg19-conv3_1", tmp_path)
    assert network.layers == ("conv1_1", "conv2_1", "conv3_1")
    shapes = [tuple(response.shape) for response in network.responses(torch.rand(1, 3, 9, 9))]
    assert shapes == [(1, 64, 9, 9), (1, 128, 5, 5), (1, 256, 3, 3)]
    flat = torch.full((1, 3, 8, 8), 0.3)  # reflected borders of a flat picture are flat
    first = network.responses(flat)[0]
    torch.testing.assert_close(first, first[..., :1, :1].expand_as(first))
    assert not any(parameter.requires_grad for parameter in network.parameters())


def test_a_missing_and_a_wrong_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"expected the weights of VGG19 to conv3_1 at .*found none"):
        backbone("vgg19-conv3_1", tmp_path)
    (tmp_path / LOCAL).parent.mkdir()
    save_file({"features.0.weight": torch.zeros(1)}, tmp_path / LOCAL)
    with pytest.raises(ValueError, match="expected VGG19 to conv3_1 at"):
        backbone("vgg19-conv3_1", tmp_path)


def test_without_a_network_the_download_says_what_to_use_instead(monkeypatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise URLError("network is unreachable")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr("torch.hub.urlopen", refuse)
    with pytest.raises(FileNotFoundError, match=r"expected to download VGG19 .*unreachable.*painter needs no download"):
        backbone("vgg19")


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(ValueError, match=f"expected a backbone out of {', '.join(BACKBONES)}, got 'vgg16'"):
        backbone("vgg16")


def test_the_bundled_painter_needs_nothing() -> None:
    network = backbone("painter")
    assert len(network.responses(torch.rand(1, 3, 64, 64))) == len(network.layers) == 3
    assert backbone("painter") is network


@pytest.mark.data
def test_the_real_file_gives_responses_whose_mean_is_about_one(real_root: Path) -> None:
    from core.data import load as load_data
    from core.data.dataset import as_ink

    pictures = torch.from_numpy(load_data("artworks", "val", real_root).images[:32]).permute(0, 3, 1, 2)
    responses = backbone("vgg19-conv3_1", real_root).responses(as_ink(pictures))
    assert all(0.5 < response.mean() < 2 for response in responses)  # "normalised": by their mean over pictures
