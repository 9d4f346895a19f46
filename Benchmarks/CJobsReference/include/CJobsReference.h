#pragma once

/// Does `jobs` times what the plainest queue would: insert, mark as running, mark as completed, each in a synced
/// transaction of SQLite's (write-ahead log, synchronous FULL), with prepared statements and nothing in between.
/// Returns jobs per second, or a negative SQLite result code.
double cjobs_reference(const char *path, int jobs);
