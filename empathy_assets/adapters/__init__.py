"""Floor 3, the outside world: storage, IO managers, HTTP clients, Data Designer, databases, worker processes. No rule about records."""
