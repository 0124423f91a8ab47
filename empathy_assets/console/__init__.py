"""What the command line shows: live progress, tables, one-line errors. No decision about data is made here (floor 5)."""
