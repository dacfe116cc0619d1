"""Benchmarks: each beside its peer in one run, as ratios; absolute times say more about the machine."""
