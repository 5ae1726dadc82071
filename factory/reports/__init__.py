"""What a person reads: status, the day's page, figures, and how to go on."""
