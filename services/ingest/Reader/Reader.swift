/// reader
