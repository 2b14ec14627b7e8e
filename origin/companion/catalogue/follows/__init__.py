"""Follows: whose new tracks a user wants to know of.

How many follow an artist is counted with each change, in its transaction, under the artist's row:
a count of rows would cost most for those whom most people look at, and be made for each look.
"""
