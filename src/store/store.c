#include "store.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <string.h>

FSC_DEFINE_AUTO(fsc_store, fsc_store_close)

/* In the file's header: "Fasc", and the version of the tables below. */
#define STORE_MARK 0x46617363
#define STORE_VERSION 1

enum { WAIT_MS = 10000 };

static const char tables[] =
    "CREATE TABLE visit ("
    " participant TEXT NOT NULL, session TEXT NOT NULL, date TEXT NOT NULL, days REAL NOT NULL,"
    " manufacturer TEXT NOT NULL, device TEXT NOT NULL, field_tesla REAL, method INTEGER NOT NULL,"
    " n_echo INTEGER NOT NULL, te_first_s REAL, te_step_s REAL, flip_angle_deg REAL,"
    " repetition_time_s REAL, age_years REAL, days_since_injury REAL, n_site INTEGER NOT NULL,"
    " record TEXT NOT NULL," /* the whole _map.json */
    " PRIMARY KEY (participant, session));";

fsc_status fsc_store_fault(const fsc_store *store, int code, fsc_error *err) {
    const char *path = store->path;
    switch (code & 0xff) {
    case SQLITE_NOMEM: return fsc_fail_nomem(err, "using the store");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fsc_fail(err, FSC_E_IO, "%s: another program holds the store; try again when it is done", path);
    case SQLITE_READONLY: return fsc_fail(err, FSC_E_IO, "%s: the store or its folder may not be written", path);
    case SQLITE_FULL: return fsc_fail(err, FSC_E_IO, "%s: the disk is full; free some space and repeat", path);
    case SQLITE_CORRUPT: return fsc_fail(err, FSC_E_FORMAT, "%s: the store is damaged; restore it from a copy", path);
    case SQLITE_NOTADB: return fsc_fail(err, FSC_E_FORMAT, "%s: is not a store of Fascicle", path);
    default:
        return fsc_fail(err, FSC_E_IO, "%s: %s", path, store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code));
    }
}

fsc_status fsc_store_exec(fsc_store *store, const char *sql, fsc_error *err) {
    const int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK ? FSC_OK : fsc_store_fault(store, code, err);
}

/* One whole number that a statement gives. */
static fsc_status ask(int64_t *out, fsc_store *store, const char *sql, fsc_error *err) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) code = sqlite3_step(statement);
    if (code == SQLITE_ROW) *out = sqlite3_column_int64(statement, 0);
    const fsc_status status = code == SQLITE_ROW ? FSC_OK : fsc_store_fault(store, code, err);
    (void)sqlite3_finalize(statement);
    return status;
}

/* Makes the tables in an empty file, in one transaction: a kill leaves an empty file or a whole store. */
static fsc_status make_tables(fsc_store *store, fsc_error *err) {
    int64_t version = 0;
    FSC_TRY(fsc_store_exec(store, "BEGIN IMMEDIATE", err));
    fsc_status status = ask(&version, store, "PRAGMA user_version", err); /* another program may have been faster */
    if (status == FSC_OK && version == 0) {
        char pragma[96];
        (void)sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA application_id = %d; PRAGMA user_version = %d;",
                               STORE_MARK, STORE_VERSION);
        status = fsc_store_exec(store, tables, err);
        if (status == FSC_OK) status = fsc_store_exec(store, pragma, err);
    }
    if (status == FSC_OK) status = fsc_store_exec(store, "COMMIT", err);
    if (status != FSC_OK) (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static fsc_status check_or_make(fsc_store *store, int32_t create, fsc_error *err) {
    int64_t mark = 0, version = 0, n_table = 0;
    FSC_TRY(ask(&mark, store, "PRAGMA application_id", err));
    FSC_TRY(ask(&version, store, "PRAGMA user_version", err));
    FSC_TRY(ask(&n_table, store, "SELECT count(*) FROM sqlite_master", err));
    if (mark == 0 && version == 0 && n_table == 0) {
        if (!create)
            return fsc_fail(err, FSC_E_NOTFOUND, "%s: is empty; add a visit with `fascicle visit add`", store->path);
        return make_tables(store, err);
    }
    if (mark != STORE_MARK)
        return fsc_fail(err, FSC_E_FORMAT, "%s: is a database, but not a store of Fascicle", store->path);
    if (version > STORE_VERSION)
        return fsc_fail(err, FSC_E_UNSUPPORTED,
                        "%s: was made by a newer Fascicle (store version %lld, this program knows %d); update Fascicle",
                        store->path, (long long)version, STORE_VERSION);
    return FSC_OK;
}

fsc_status fsc_store_open(fsc_store **out, const char *path, int32_t create, fsc_error *err) {
    /* Names by which SQLite means a database that is gone when it is closed. */
    if (!*path || strcmp(path, ":memory:") == 0)
        return fsc_fail(err, FSC_E_ARG, "'%s' is no file: a store is kept in one, as visits.db", path);
    if (!create && !fsc_file_exists(path))
        return fsc_fail(err, FSC_E_NOTFOUND, "%s: no such store; `fascicle visit add` makes one", path);
    if (fsc_file_is_folder(path)) return fsc_fail(err, FSC_E_IO, "%s: is a folder, a store is a file", path);
    FSC_AUTO(fsc_store) store = fsc_alloc(1, sizeof *store);
    if (store) store->path = fsc_strdup(path);
    if (!store || !store->path) return fsc_fail_nomem(err, "opening a store");
    const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    const int code = sqlite3_open_v2(path, &store->db, flags, NULL);
    if (code != SQLITE_OK) return fsc_store_fault(store, code, err);
    (void)sqlite3_busy_timeout(store->db, WAIT_MS);
    FSC_TRY(check_or_make(store, create, err));
    /* WAL lets readers in while one writes; FULL syncs every commit. A store that may only be read stays as it is. */
    if (!sqlite3_db_readonly(store->db, "main"))
        FSC_TRY(fsc_store_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", err));
    FSC_GIVE(out, store);
    return FSC_OK;
}

void fsc_store_close(fsc_store *store) {
    if (!store) return;
    (void)sqlite3_close(store->db);
    fsc_free(store->path);
    fsc_free(store);
}
