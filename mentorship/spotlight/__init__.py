"""Videos and letters on the journey, and the letters that members write to themselves."""
