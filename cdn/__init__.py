"""What a CDN needs of us, starting with one policy that every response header is made from."""
