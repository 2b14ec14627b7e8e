"""The API's own pages, which need nothing built: signing in, and what the API is."""
