"""Evidence: pictures, clips and documents, encrypted; each with its own key, room, time and custody."""
