"""Captions of listed videos: what is listed (`lists`), how it is asked for (`captions`), and the rules of the asking (`fetch`)."""
