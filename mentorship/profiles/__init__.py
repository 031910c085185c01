"""What IMGs and mentors say about themselves."""
