"""Tests of threads: one dialogue out of messages that answer each other."""

from empathy_assets.engines.reading.threads import in_thread_order, mapped_turns, tree_turns


def message(key, parent, text, role, **more):
    return {"message_id": key, "parent_id": parent, "text": text, "role": role, **more}


def test_the_best_ranked_reply_goes_on():
    rows = [
        message("d", "b", "four", "assistant"),
        message("a", None, "one", "prompter"),
        message("c", "a", "worse", "assistant", rank=1),
        message("x", "a", "gone", "assistant", rank=-1, deleted=True),
        message("e", "a", "two", "assistant", rank=0),
        message("b", "e", "three", "prompter"),
    ]
    assert [m["text"] for m in in_thread_order(rows)] == ["one", "two", "three", "four"]


def test_messages_that_name_no_parent_stay_as_they_are():
    rows = [{"role": "user", "text": "a"}, {"role": "bot", "text": "b"}]
    assert in_thread_order(rows) == rows


def test_trees_carry_their_replies():
    tree = {
        "text": "one",
        "role": "prompter",
        "replies": [{"text": "worse", "role": "assistant", "rank": 1}, {"text": "two", "role": "assistant", "rank": 0}],
    }
    assert tree_turns(tree) == [("prompter", "one"), ("assistant", "two")]
    assert tree_turns({"text": "one", "role": "prompter"}) == []
    assert tree_turns({"replies": [1, "x"]}) == []


def test_maps_of_nodes_are_walked_back_from_the_current_one():
    def node(parent, role, text):
        return {"parent": parent, "message": {"author": {"role": role}, "content": {"content_type": "text", "parts": [text]}}}

    nodes = {
        "r": {"parent": None, "message": None},
        "a": node("r", "user", "one"),
        "b": node("a", "assistant", "old"),
        "c": node("a", "assistant", "new"),
    }
    assert mapped_turns({"mapping": nodes, "currentnode": "c"}) == [("user", "one"), ("assistant", "new")]
    assert mapped_turns({"mapping": {"a": {"parent": "a", "message": None}}}) == []
    assert mapped_turns({"mapping": "x"}) == []
