"""The editors' desk: sign-in, the list, one plain form, and the verbs that make news public and take it back."""
