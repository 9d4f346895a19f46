/// Jobs.
