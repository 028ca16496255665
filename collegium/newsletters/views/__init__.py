"""The pages of newsletters: for readers, for subscribers without an account, for editors."""
