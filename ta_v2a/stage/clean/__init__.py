"""The clean setting of the flat world: one thing that happens, drawn plainly, seen by a steady camera."""
