"""Floor 3, the outside world: storage, IO managers, HTTP clients, Data Designer, Ray, databases, worker processes. No rule about records."""
