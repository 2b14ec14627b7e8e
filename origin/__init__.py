"""The origin server, its page and the command line: the program that people start."""
