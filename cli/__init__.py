"""The stray command: the only reader of flags and environment, the only printer."""
