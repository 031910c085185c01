"""What whoever runs the site works with: starting, health, figures, logs, updates and backups."""
