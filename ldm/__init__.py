"""Latent diffusion of mel spectrograms: autoencoder, conditions, denoiser,
guidance, sampling and their training.

Nothing is imported here, so that reading a configuration or a help text does not load torch.
"""
