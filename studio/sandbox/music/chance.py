"""Seeded randomness: the same seed and label give the same draw in every process."""

import hashlib
import random

import numpy as np

from .dsp import Audio


def dice(seed: int, *labels: object) -> random.Random:
    """A generator for one decision of one song. Labels keep decisions independent of each other."""
    return random.Random("/".join(str(part) for part in (seed, *labels)))


def noise(n: int, *labels: object) -> Audio:
    """White Gaussian noise, float32 (n,), variance 1."""
    digest = hashlib.sha256("/".join(map(str, labels)).encode()).digest()
    generator = np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))
    return generator.standard_normal(n, dtype=np.float32)
