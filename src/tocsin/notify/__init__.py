"""What leaves the control room: warnings to the public, messages to people. Only the live realm sends."""
