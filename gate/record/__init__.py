"""What a run leaves in writing: facts, result, and the record that is signed."""
