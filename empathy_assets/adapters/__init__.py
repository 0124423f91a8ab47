"""Floor 3, the outside world: storage, IO managers, HTTP clients, Data Designer, databases, worker processes. No rule about records."""

import logging

logging.getLogger("httpx").setLevel(logging.WARNING)  # it writes every address it asks into the log, keys in them included
