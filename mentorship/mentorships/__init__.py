"""What a confirmed match becomes: agreement, goals, meetings, notes, and a good end."""
