"""Motions as films show them near: limbs with joints, thin tools, faces, sheets, balls, parts of machines."""
