"""Tests of the integration, the simulator and the benchmark; the folders mirror the tree."""
