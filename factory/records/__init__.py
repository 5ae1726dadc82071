"""What is written about an attempt, bounded and without secrets, and the picture that is read from it."""
