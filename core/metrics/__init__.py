"""Metrics, one pure function a file, named as `stylescape evaluate` prints them: tensors in, one number out."""

from core.metrics.accuracy import accuracy
from core.metrics.accuracy_47 import accuracy_47
from core.metrics.class_means_recognised import class_means_recognised
from core.metrics.elbo import elbo
from core.metrics.midpoint_accuracy import midpoint_accuracy, same_class_pairs
from core.metrics.posterior_mmd import posterior_mmd
from core.metrics.reconstruction_mse import reconstruction_mse

__all__ = [
    "accuracy",
    "accuracy_47",
    "class_means_recognised",
    "elbo",
    "midpoint_accuracy",
    "posterior_mmd",
    "reconstruction_mse",
    "same_class_pairs",
]
