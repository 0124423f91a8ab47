"""Tests of faults: the real thing is started, broken, and run again; nothing may be lost or doubled."""
