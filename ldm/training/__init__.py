"""How autoencoder and diffusion model learn: one Lightning module a file."""
