"""What a circuit can express: Fisher information, effective dimension, spectrum."""
