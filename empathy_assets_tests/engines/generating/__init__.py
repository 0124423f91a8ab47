"""Tests of the plan, the banks and the embedded grammar."""
