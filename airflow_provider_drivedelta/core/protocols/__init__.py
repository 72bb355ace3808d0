"""One module a wire protocol. Pure: requests out, pages in, no sockets."""
