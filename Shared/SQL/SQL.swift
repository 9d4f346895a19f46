/// SQL.
