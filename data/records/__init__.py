"""One validated row type per sheet."""
