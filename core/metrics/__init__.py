"""Metrics, one pure function a file, named as `stylescape evaluate` prints them: tensors in, a number or a few out."""

from core.metrics.accuracy import accuracy
from core.metrics.accuracy_47 import accuracy_47
from core.metrics.ari import ari
from core.metrics.class_means_recognised import class_means_recognised
from core.metrics.classification_accuracy_score import classification_accuracy_score
from core.metrics.classifier_fid import classifier_fid
from core.metrics.classifier_kid import classifier_kid
from core.metrics.content_accuracy import content_accuracy
from core.metrics.edge_sharpness import edge_sharpness
from core.metrics.elbo import elbo
from core.metrics.hungarian_accuracy import hungarian_accuracy
from core.metrics.linear_leakage import linear_leakage
from core.metrics.majority_accuracy import majority_accuracy, majority_names
from core.metrics.midpoint_accuracy import midpoint_accuracy, same_class_pairs
from core.metrics.mlp_leakage import mlp_leakage
from core.metrics.nearest_neighbour import nearest_neighbour
from core.metrics.nmi import nmi
from core.metrics.posterior_mmd import posterior_mmd
from core.metrics.prior_accuracy import prior_accuracy
from core.metrics.prior_wasserstein import prior_wasserstein
from core.metrics.purity import purity
from core.metrics.rank_correlation import rank_correlation
from core.metrics.reconstruction_mse import reconstruction_mse
from core.metrics.silhouette_agreement import silhouette_agreement, silhouette_agreement_shuffled
from core.metrics.style_consistency import style_consistency
from core.metrics.within_class_cosine import within_class_cosine
from core.metrics.writer_identification import writer_identification

judge_accuracy = recon_judge_accuracy = prior_accuracy  # by an independent judge; by one of the model's reconstructions
mean_cosine = within_class_cosine  # its name in the paper on statistical generation

__all__ = [
    "accuracy",
    "accuracy_47",
    "ari",
    "class_means_recognised",
    "classification_accuracy_score",
    "classifier_fid",
    "classifier_kid",
    "content_accuracy",
    "edge_sharpness",
    "elbo",
    "hungarian_accuracy",
    "judge_accuracy",
    "linear_leakage",
    "majority_accuracy",
    "majority_names",
    "mean_cosine",
    "midpoint_accuracy",
    "mlp_leakage",
    "nearest_neighbour",
    "nmi",
    "posterior_mmd",
    "prior_accuracy",
    "prior_wasserstein",
    "purity",
    "rank_correlation",
    "recon_judge_accuracy",
    "reconstruction_mse",
    "same_class_pairs",
    "silhouette_agreement",
    "silhouette_agreement_shuffled",
    "style_consistency",
    "within_class_cosine",
    "writer_identification",
]
