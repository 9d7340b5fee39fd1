"""Folders of weights, written: presets from checkpoints, and published checkpoints."""
