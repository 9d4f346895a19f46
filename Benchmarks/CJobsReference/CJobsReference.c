#include "CJobsReference.h"

#include <sqlite3.h>
#include <time.h>

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int step(sqlite3_stmt *statement, int id) {
    sqlite3_bind_int(statement, 1, id);
    int status = sqlite3_step(statement);
    sqlite3_reset(statement);
    return status;
}

double cjobs_reference(const char *path, int jobs) {
    static const char *texts[] = {
        "INSERT OR REPLACE INTO job (id, payload, state) VALUES (?1, '{\"n\":1}', 'queued')",
        "UPDATE job SET state = 'running' WHERE id = ?1",
        "UPDATE job SET state = 'completed' WHERE id = ?1",
    };
    sqlite3 *database = 0;
    sqlite3_stmt *statements[3] = {0};
    double rate = -1;
    int status = sqlite3_open(path, &database);
    if (status == SQLITE_OK)
        status = sqlite3_exec(
            database,
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE IF NOT EXISTS job (id INTEGER PRIMARY KEY, payload TEXT NOT NULL, state TEXT NOT NULL) STRICT",
            0, 0, 0);
    for (int n = 0; n < 3 && status == SQLITE_OK; n++)
        status = sqlite3_prepare_v2(database, texts[n], -1, &statements[n], 0);
    if (status == SQLITE_OK) {
        double began = seconds();
        for (int id = 0; id < jobs && status == SQLITE_OK; id++)
            for (int n = 0; n < 3 && status == SQLITE_OK; n++)
                if (step(statements[n], id) != SQLITE_DONE) status = sqlite3_errcode(database);
        rate = jobs / (seconds() - began);
    }
    for (int n = 0; n < 3; n++) sqlite3_finalize(statements[n]);
    sqlite3_close(database);
    return status == SQLITE_OK ? rate : -(double)status;
}
