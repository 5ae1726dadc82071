"""Programs that run inside a room. They import nothing of ours, and are copied in one by one."""
