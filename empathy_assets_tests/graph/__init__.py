"""Tests of the graph as a whole: it loads, its lineage is the reviewed one, floors hold, everything is documented."""
