"""What ``soundbridge doctor`` looks at: one module for each thing that a server stands on.

A *check* looks at one thing and says *findings*: what is so, how bad that is, and what to do about
it. Nothing is changed but an object of the store, which is put, read and deleted again; the
database is read, not brought up to date. Each check has a time limit, and one that cannot be ended,
in a folder of a file server that is gone, is left behind when the program ends. What a number means
is decided apart from where it is read.
"""
