"""Tests against servers of Debian's packages: Ceph's object gateway over https and PostgreSQL; `pytest -m integration` runs them."""
