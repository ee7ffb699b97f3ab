"""Partial least squares on moments: the kernels behind path models and satisfaction indices."""
