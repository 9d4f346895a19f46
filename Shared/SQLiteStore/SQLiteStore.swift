/// SQLiteStore.
