"""Stylescape's core: small generative models, metrics of style, and the tools of their latent spaces.

Data flows one way: data → preprocess → models → latent → metrics / projection → figures → apps.
Nothing in here imports an app or a user-interface library.
"""
