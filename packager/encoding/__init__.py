"""From samples to access units: cut into chunks on the ladder's grid, each encoded alone."""
