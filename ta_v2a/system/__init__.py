"""What touches the machine beside media files: processes, signals, files that a user names,
provenance of what is kept."""
