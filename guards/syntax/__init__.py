"""Python source as values that guards can compare."""
