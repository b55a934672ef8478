"""Which variant brings more, and how sure that is: tests of variants against a control."""
