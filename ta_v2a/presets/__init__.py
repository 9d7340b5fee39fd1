"""Where presets lie, and whether a folder is one."""
