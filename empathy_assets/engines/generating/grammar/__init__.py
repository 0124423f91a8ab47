"""The embedded grammar: plan rows and banks in, conversations out, keyed on the row's seed alone.

`template` parses one alternative, `expand` writes text with facts remembered, `person` turns I into you, `mend` repairs spacing and
capitals, `grounding` takes clauses and terms out of a passage, `writing` walks the arc and builds the frame.
"""
