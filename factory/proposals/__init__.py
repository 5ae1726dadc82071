"""What a model is shown and what it answers: the files of the scope go in, hunks come out and are placed."""
