"""The benchmark on scenes of the stage, with exact truth."""
