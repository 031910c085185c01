"""What happened to a person: notices on the site, and the mails that bring them."""
