"""Networks that tell whether latents of a sound belong to a picture."""
