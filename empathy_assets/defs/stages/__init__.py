"""Stages: the four stage datasets, prepared, scored and routed, one partition per release."""
