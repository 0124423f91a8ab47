"""Gating: the ledger of every gate's decision about every record, and the conversations it admits in the exact mix."""
