"""Floor 0, the nouns: what a conversation, a passage, a verdict, a reject and a licence are, and their Arrow schemas.

Lives here: pydantic models, ids, versions, the one translation from model to Arrow. Must not live here: any rule, threshold or I/O.
"""
