"""What all resources of the API have in common, and nothing that knows one of them.

A request goes through ``routes``: who asks (``identity``), whether they may, what they say
(``reading``: models of pydantic that refuse what they do not know), then the endpoint's handler,
whose ``Answer`` becomes a response as everything that is served does (``delivery.answer``: entity
tags, codings, conditions), or a problem document.
"""
