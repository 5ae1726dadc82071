"""What the user wrote: roadmap, criteria and settings, read with file and line and edited by the cell."""
