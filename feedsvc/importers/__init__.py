"""What others wrote in other programs, made into texts of ours."""
