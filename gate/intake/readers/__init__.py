"""Container readers: each turns the bytes of a container into a stream of members, inside a confined worker."""
