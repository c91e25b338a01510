"""What people do: one command = one function = one transaction over alerts and incidents."""
