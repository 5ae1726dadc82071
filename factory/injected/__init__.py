"""Source that runs in the user's own interpreter (pytest >= 6, Python >= 3.8), never in the controller's."""
