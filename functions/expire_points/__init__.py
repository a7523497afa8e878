"""The job that writes what fell due: points that expire, activate or come back."""
