"""How an asset was served to those who listened: sums of days, with nothing of who they were.

``origin.quality`` adds them up; ``writing`` puts them into the database (``tables``, ``rows``), and
``endpoints`` answers with them, as ``shown``. By ``edge``, operators tell what players told a CDN.
"""
