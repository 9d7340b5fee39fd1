"""Small tables that travel with the package; README.md says where each comes from."""

from pathlib import Path

AUDIOSET_LABELS = Path(__file__).parent / "audioset_class_labels_indices.csv"
AUDIOSET_CLASSES = 527
