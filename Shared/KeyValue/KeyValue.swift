/// KeyValue.
