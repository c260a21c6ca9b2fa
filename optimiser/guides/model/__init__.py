"""One file a decision: who may ride what, duties, backups, training, same-morning cover."""
