"""How often something may be done: counted in the database, where all web processes see it."""
