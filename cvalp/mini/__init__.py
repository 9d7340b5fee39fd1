"""CVALP of the mini preset: small towers that train and run on a processor."""
