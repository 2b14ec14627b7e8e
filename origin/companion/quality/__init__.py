"""How an asset was served to those who listened: sums of days, with nothing of who they were."""
