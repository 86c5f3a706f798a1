"""The top floor: everything that speaks HTTP."""
