// Paths start beside this file.
tie.v
