"""The engine under every face: parts of a preset, windows, pictures, words, and the sound they make."""
