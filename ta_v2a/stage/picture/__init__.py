"""How a scene looks."""
