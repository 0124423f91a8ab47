"""The commands of the README, run for real in subprocesses: build, crash and resume, planted faults, releases."""
