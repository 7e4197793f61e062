/* The open file, and how its faults become ours. */
#ifndef FSC_STORE_STORE_H
#define FSC_STORE_STORE_H

#include <fascicle/store.h>
#include <sqlite3.h>

struct fsc_store {
    sqlite3 *db;
    char *path;
    int64_t n_call; /* of the progress handler */
};

/* Turns the last SQLite failure into a status and a line with what to do. */
fsc_status fsc_store_fault(const fsc_store *store, int code, fsc_error *err);
/* Runs statements without results. */
FSC_MUST_USE fsc_status fsc_store_exec(fsc_store *store, const char *sql, fsc_error *err);

#endif
