"""What a person does: stop, retry, rewind, submit, add, import, scan."""
