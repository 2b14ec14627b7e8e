"""Who may: users, what they show to be known by, and the rules of what is whose."""
