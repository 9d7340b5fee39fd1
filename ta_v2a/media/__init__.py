"""Media files: probing, pictures at exact presentation times, sound files, and muxing that
leaves the picture untouched."""
