"""Staging: from raw conversations to the prepared, scored and routed rows of one stage dataset."""
