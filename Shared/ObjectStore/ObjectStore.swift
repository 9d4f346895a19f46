/// ObjectStore.
