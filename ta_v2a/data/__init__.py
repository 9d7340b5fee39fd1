"""What the trainers read: scenes of the stage as tensors."""
