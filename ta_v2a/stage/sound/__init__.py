"""How a scene sounds: synthesis and recordings."""
