"""What pages and the API read: every function takes the reader's `Scope` first."""
