#include "store.h"

#include "alloc.h"
#include "fail.h"
#include "file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

FSC_DEFINE_AUTO(fsc_store, fsc_store_close)

/* In the file's header: "Fasc", and the version of the tables below. */
#define STORE_MARK 0x46617363
#define STORE_VERSION 1

enum { WAIT_MS = 10000, STEPS_A_CALL = 1000000, CALLS_MOST = 20000, TEXT_MOST = 256 << 20 };

static const char tables[] =
    "CREATE TABLE visit ("
    " participant TEXT NOT NULL, session TEXT NOT NULL, date TEXT NOT NULL, days REAL NOT NULL,"
    " manufacturer TEXT NOT NULL, device TEXT NOT NULL, field_tesla REAL, method INTEGER NOT NULL,"
    " n_echo INTEGER NOT NULL, te_first_s REAL, te_step_s REAL, flip_angle_deg REAL,"
    " repetition_time_s REAL, age_years REAL, days_since_injury REAL, n_site INTEGER NOT NULL,"
    " record TEXT NOT NULL," /* the whole _map.json */
    " PRIMARY KEY (participant, session))";

fsc_status fsc_store_fault(const fsc_store *store, int code, fsc_error *err) {
    const char *path = store->path;
    switch (code & 0xff) {
    case SQLITE_NOMEM: return fsc_fail_nomem(err, "using the store");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fsc_fail(err, FSC_E_IO, "%s: another program holds the store; try again when it is done", path);
    case SQLITE_READONLY: return fsc_fail(err, FSC_E_IO, "%s: the store or its folder may not be written", path);
    case SQLITE_FULL: return fsc_fail(err, FSC_E_IO, "%s: the disk is full; free some space and repeat", path);
    case SQLITE_CORRUPT:
        return fsc_fail(err, FSC_E_FORMAT,
                        "%s: the store is damaged, or its disk failed to read; restore it from a copy", path);
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

/* A store of strangers: only the table that we made, no view, trigger or index of somebody else's between it and us. */
static fsc_status check_tables(fsc_store *store, fsc_error *err) {
    sqlite3_stmt *statement = NULL;
    int64_t n_ours = 0, n_other = 0;
    int code = sqlite3_prepare_v2(store->db, "SELECT type = 'table' AND name = 'visit', sql FROM sqlite_master", -1,
                                  &statement, NULL);
    while (code == SQLITE_OK || code == SQLITE_ROW) {
        if ((code = sqlite3_step(statement)) != SQLITE_ROW) break;
        const char *sql = (const char *)sqlite3_column_text(statement, 1);
        if (!sql) continue; /* the index of the primary key */
        if (sqlite3_column_int(statement, 0) && strcmp(sql, tables) == 0)
            n_ours++;
        else
            n_other++;
    }
    (void)sqlite3_finalize(statement);
    if (code != SQLITE_DONE) return fsc_store_fault(store, code, err);
    if (n_ours == 1 && n_other == 0) return FSC_OK;
    return fsc_fail(err, FSC_E_FORMAT, "%s: its tables are not those of a store of Fascicle; it is not read",
                    store->path);
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
    return check_tables(store, err);
}

/* Asked now and then while a statement runs: non-zero ends it, so that none runs for ever. */
static int is_too_long(void *calls) {
    return ++*(int64_t *)calls > CALLS_MOST;
}

/* What SQLite's own page on hostile files (sqlite.org/security.html) advises. */
static fsc_status defend(fsc_store *store, fsc_error *err) {
    static const int on[] = {SQLITE_DBCONFIG_DEFENSIVE},
                     off[] = {SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
                              SQLITE_DBCONFIG_ENABLE_VIEW};
    for (size_t i = 0; i < sizeof on / sizeof *on; i++) (void)sqlite3_db_config(store->db, on[i], 1, NULL);
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) (void)sqlite3_db_config(store->db, off[i], 0, NULL);
    (void)sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, TEXT_MOST);
    sqlite3_progress_handler(store->db, STEPS_A_CALL, is_too_long, &store->n_call);
    (void)sqlite3_busy_timeout(store->db, WAIT_MS);
    return fsc_store_exec(store, "PRAGMA cell_size_check = ON", err);
}

static int is_empty(const char *path, const char *ending) {
    char name[4096];
    struct stat info;
    const int n = snprintf(name, sizeof name, "%s%s", path, ending);
    return n < 0 || (size_t)n >= sizeof name || stat(name, &info) != 0 || info.st_size == 0;
}

/* path as a URI that tells SQLite that nobody changes the file: one on a medium that cannot be written, or in somebody
 * else's folder, could not be opened otherwise, since SQLite wants to lay its own files beside it. */
static int uri_of(char *out, size_t size, const char *path) {
    size_t n = (size_t)snprintf(out, size, "file:%s", path[0] == '/' ? "" : "./");
    for (; *path && n + 4 < size; path++)
        n += (size_t)snprintf(out + n, size - n, strchr("?#%", *path) ? "%%%02X" : "%c", (unsigned char)*path);
    return !*path && snprintf(out + n, size - n, "?immutable=1") < (int)(size - n);
}

static fsc_status open_file(fsc_store *store, int32_t create, fsc_error *err) {
    char uri[4096];
    const char *path = store->path;
    if (create) { /* health data: a new store is its owner's alone */
        const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd >= 0) (void)close(fd);
    }
    const int fixed = !create && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) != 0 && is_empty(path, "-wal") &&
                      is_empty(path, "-journal");
    const int code = fixed && uri_of(uri, sizeof uri, path)
                         ? sqlite3_open_v2(uri, &store->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL)
                         : sqlite3_open_v2(path, &store->db, SQLITE_OPEN_READWRITE, NULL);
    return code == SQLITE_OK ? FSC_OK : fsc_store_fault(store, code, err);
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
    FSC_TRY(open_file(store, create, err));
    FSC_TRY(defend(store, err));
    FSC_TRY(check_or_make(store, create, err));
    /* A journal that is gone after each commit leaves one file, on network folders and archives too; EXTRA syncs the
     * folder as well. What is erased is overwritten. */
    FSC_TRY(fsc_store_exec(store, "PRAGMA synchronous = EXTRA; PRAGMA secure_delete = ON;", err));
    if (create) FSC_TRY(fsc_store_exec(store, "PRAGMA journal_mode = DELETE;", err));
    FSC_GIVE(out, store);
    return FSC_OK;
}

void fsc_store_close(fsc_store *store) {
    if (!store) return;
    (void)sqlite3_close(store->db);
    fsc_free(store->path);
    fsc_free(store);
}
