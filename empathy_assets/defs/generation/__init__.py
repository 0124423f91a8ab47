"""Generation: the plan that decides all randomness, and the NeMo Data Designer assets that execute it."""
