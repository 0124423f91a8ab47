"""Release: the verified package, write-once for `v*` keys."""
