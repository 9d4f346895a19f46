/// JSONCoding.
