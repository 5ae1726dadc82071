"""The worker's room and the gate's room, and the harvest of what a worker changed there."""
