"""Models, one final class a file; `base` is the contract. `MODELS` has every class that a record may name."""

from core.models.aae import AAE
from core.models.autoencoder import AE
from core.models.base import Model
from core.models.classifier import CharacterClassifier
from core.models.conv_classifier import ConvClassifier
from core.models.cvae import CVAE
from core.models.gaussian_vae import GaussianVAE
from core.models.infovae import InfoVAE
from core.models.style_cvae import StyleCVAE
from core.models.style_features import StyleFeatures
from core.models.tvae import TVAE
from core.models.vae import VAE

MODELS: dict[str, type[Model]] = {
    "aae.AAE": AAE,
    "autoencoder.AE": AE,
    "classifier.CharacterClassifier": CharacterClassifier,
    "conv_classifier.ConvClassifier": ConvClassifier,
    "cvae.CVAE": CVAE,
    "gaussian_vae.GaussianVAE": GaussianVAE,
    "infovae.InfoVAE": InfoVAE,
    "style_cvae.StyleCVAE": StyleCVAE,
    "style_features.StyleFeatures": StyleFeatures,
    "tvae.TVAE": TVAE,
    "vae.VAE": VAE,
}
