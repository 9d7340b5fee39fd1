"""CVALP: contrastive video-audio-language encoders. `from cvalp import CVALP`."""


def __getattr__(name: str):
    if name == "CVALP":
        from cvalp.mini.model import CVALP

        return CVALP
    raise AttributeError(f"module 'cvalp' has no attribute {name!r}")
