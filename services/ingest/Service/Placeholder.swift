/// ingest.
