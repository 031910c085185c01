"""What a person has agreed to, purpose by purpose."""
