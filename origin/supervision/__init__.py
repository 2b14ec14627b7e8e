"""A server of several processes: who starts them, keeps them up, replaces them and ends them.

The *supervisor* serves nothing. It binds the listening sockets, one for each *slot*, in one
SO_REUSEPORT group, so that the kernel spreads connections over them; and it keeps one *worker* a
slot. Every worker inherits all of the sockets and accepts from that of its own slot. The sockets
stay open for as long as the server does, whoever comes and goes: a connection that the kernel has
put into a socket's queue waits there for the next process that accepts from it. With a socket of
each worker's own, what is in its queue is reset when the worker ends, however politely.

- A worker that ends, or that falls silent and is killed, is started again, later each time it does
  so soon (``restarts``). Meanwhile another worker accepts from its socket too (``assignment``).
- A reload starts a second worker in every slot. When all of them accept, the first ones are told to
  retire: they accept no more and finish what they have. Where one does not come up, the second ones
  go again and everything stays as it was.
- To stop, workers turn load balancers away first, then close the sockets, then finish.
- SIGTERM to a worker has another take its place. It may as well be one of a whole group's, which
  reaches each process in any order: the worker serves on, and the supervisor waits a moment for a
  signal of its own before it says whether the server stops or only that worker is to retire.

Supervisor and worker speak JSON lines over a socket pair (``channel``). Its end tells either that
the other is gone.
"""
