"""What happens in a scene, and what kinds of source there are. No pixels, no samples."""
