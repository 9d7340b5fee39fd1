"""Lightning modules of autoencoder and diffusion."""
