"""Floor 2, pure functions: bytes, frames and seeds in, frames and figures out. No dagster, no network, no clock, no global state."""
