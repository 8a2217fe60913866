"""The one-letter messages between supervisor and worker, each a packet of its own."""

from serverkit.wire import HEAD_LIMIT

LIMIT = 4 * HEAD_LIMIT  # two heads, or what was read beyond one, and the address

# Of the supervisor to a worker.
HAND = b"C"  # a connection, with its address and what has been read from it
RECALL = b"R"  # give an idle connection back
QUIT = b"Q"

# Of a worker to the supervisor.
HELLO = b"H"  # with its process ID
GIVE_BACK = b"K"  # the connection can serve more requests; with what was read of the next
FINISHED = b"X"  # the answer was the last on this connection
LINGER = b"L"  # the same, but the client may still be sending
GONE = b"D"  # the client has left, or its answer has broken off
