"""Sessions, kept on the server: they can be seen, they end in time, and each can be ended."""
