"""The public page: what the city senses, why, for how long, who looked, where to complain, what to do."""
