"""What is predicted, by what, and how it is explained."""
