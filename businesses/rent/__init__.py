"""租房提取: drawing from the housing fund to pay rent."""
